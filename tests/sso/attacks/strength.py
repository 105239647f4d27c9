"""Signatures that are missing, weak, of somebody else, or of nothing."""

import base64
import hashlib
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, utils
from lxml import etree

from sso.errors import Reason
from tests.sso.attacks.catalogue import ELLIPTIC, as_signed, on_its_way
from tests.sso.attacks.forging import Scene, assertion_of, the
from tests.sso.attacks.signing import DSIG, MORE, RSA_SHA256, make_signer, seal, sign

WEAK = Reason.WEAK_ALGORITHM
BAD = Reason.BAD_SIGNATURE
BOTH = ("Assertion", "Response")
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of the curve P-256


def strip(root: Any) -> None:
    for signature in list(root.iter(f"{{{DSIG}}}Signature")):
        signature.getparent().remove(signature)


def weak_by(scene: Scene, **how: str) -> Any:
    root = scene.unsigned()
    sign(assertion_of(root), scene.signer, **how)  # type: ignore[arg-type]
    return root


@on_its_way("no signature", Reason.UNSIGNED)
def stripped(root: Any) -> None:
    strip(root)
    the(root, "NameID").text = "dana"


@on_its_way("no signature", Reason.UNSIGNED, signed=("Response",))
def stripped_response(root: Any) -> None:
    strip(root)


@on_its_way("an empty Signature", Reason.MALFORMED)
def emptied(root: Any) -> None:
    for part in list(the(root, "Signature")):
        the(root, "Signature").remove(part)


@on_its_way("an empty signature value", BAD)
def empty_value(root: Any) -> None:
    the(root, "SignatureValue").text = None


@on_its_way("a signature of zeros", BAD)
def zeros(root: Any) -> None:
    the(root, "SignatureValue").text = base64.b64encode(bytes(256)).decode()


@on_its_way("a signature of zeros, of a curve", BAD, signer=ELLIPTIC)
def zeros_of_a_curve(root: Any) -> None:
    the(root, "SignatureValue").text = base64.b64encode(bytes(64)).decode()


@on_its_way("a signature value that is no base64", BAD)
def value_that_is_none(root: Any) -> None:
    the(root, "SignatureValue").text = "%%%"


@on_its_way("a changed text", BAD)
def another_name_id(root: Any) -> None:
    the(root, "NameID").text = "dana"


@on_its_way("a changed text, with its digest made anew", BAD)
def another_digest(root: Any) -> None:
    the(root, "NameID").text = "dana"
    assertion = assertion_of(root)
    copy = etree.fromstring(etree.tostring(assertion))
    strip(copy)
    content = etree.tostring(copy, method="c14n", exclusive=True)
    the(root, "DigestValue").text = base64.b64encode(hashlib.sha256(content).digest()).decode()


@on_its_way("an added element", BAD)
def one_group_more(root: Any) -> None:
    attribute = etree.SubElement(
        the(root, "AttributeStatement"), assertion_of(root).tag.replace("Assertion", "Attribute")
    )
    attribute.set("Name", "groups")


@on_its_way("a removed condition", BAD)
def audience_removed(root: Any) -> None:
    the(root, "Conditions").remove(the(root, "AudienceRestriction"))


@on_its_way("one of two signatures stripped, the rest changed", BAD, signed=BOTH)
def inner_stripped(root: Any) -> None:
    assertion_of(root).remove(assertion_of(root).find(f"{{{DSIG}}}Signature"))


@on_its_way("one of two signatures wrong", BAD, signed=BOTH)
def outer_wrong(root: Any) -> None:
    root.set("Consent", "urn:oasis:names:tc:SAML:2.0:consent:obtained")


@on_its_way("a signature of another message", BAD)
def signature_of_another(root: Any) -> None:
    """An honest signature of the same provider, over another assertion with the same id."""
    other = etree.fromstring(etree.tostring(assertion_of(root)))
    strip(other)
    the(other, "NameID").text = "dana"
    sign(other, make_signer("contoso"))
    assertion_of(root).replace(assertion_of(root).find(f"{{{DSIG}}}Signature"), other.find(f"{{{DSIG}}}Signature"))


@as_signed("the key of a stranger, with its certificate in the message", BAD)
def stranger(scene: Scene) -> Any:
    root = scene.unsigned()
    the(root, "NameID").text = "dana"
    sign(assertion_of(root), make_signer("a stranger"))
    return root


@as_signed("the key of a stranger, with the right certificate in the message", BAD)
def stranger_in_disguise(scene: Scene) -> Any:
    root = scene.unsigned()
    sign(assertion_of(root), make_signer("a stranger"))
    the(root, "X509Certificate").text = scene.signer.certificate
    return root


@as_signed("a stranger's certificate of the same name", BAD)
def same_name(scene: Scene) -> Any:
    root = scene.unsigned()
    twin = make_signer.__wrapped__("contoso")
    sign(assertion_of(root), twin)
    return root


@as_signed("a bare key in the message", BAD)
def bare_key(scene: Scene) -> Any:
    root = scene.unsigned()
    stranger_key = make_signer("a stranger")
    signature = sign(assertion_of(root), stranger_key)
    key_info = signature.find(f"{{{DSIG}}}KeyInfo")
    key_info.remove(key_info[0])
    value = etree.SubElement(etree.SubElement(key_info, f"{{{DSIG}}}KeyValue"), f"{{{DSIG}}}RSAKeyValue")
    numbers = stranger_key.key.public_key().public_numbers()
    etree.SubElement(value, f"{{{DSIG}}}Modulus").text = base64.b64encode(numbers.n.to_bytes(256)).decode()  # type: ignore[union-attr]
    etree.SubElement(value, f"{{{DSIG}}}Exponent").text = "AQAB"
    return root


@as_signed("a key of another kind than the method says", BAD)
def curve_under_an_rsa_method(scene: Scene) -> Any:
    root = scene.honest()
    the(root, "SignatureMethod").set("Algorithm", f"{MORE}ecdsa-sha256")
    return root


@as_signed("HMAC with the public certificate as its secret", WEAK)
def hmac_with_the_certificate(scene: Scene) -> Any:
    return weak_by(scene, method=f"{MORE}hmac-sha256")


@as_signed("a signature cut to nothing by HMACOutputLength", WEAK)
def short_hmac(scene: Scene) -> Any:
    root = weak_by(scene, method=f"{DSIG}hmac-sha1")
    etree.SubElement(the(root, "SignatureMethod"), f"{{{DSIG}}}HMACOutputLength").text = "8"
    seal(the(root, "Signature"), scene.signer)
    return root


@on_its_way("a parameter inside the method", Reason.MALFORMED)
def length_inside_a_good_method(root: Any) -> None:
    etree.SubElement(the(root, "SignatureMethod"), f"{{{DSIG}}}HMACOutputLength").text = "8"


@as_signed("SHA-1 in the signature", WEAK)
def sha1_signature(scene: Scene) -> Any:
    return weak_by(scene, method=f"{DSIG}rsa-sha1")


@as_signed("SHA-1 in the digest", WEAK)
def sha1_digest(scene: Scene) -> Any:
    return weak_by(scene, digest=f"{DSIG}sha1")


@as_signed("MD5 in the signature", WEAK)
def md5_signature(scene: Scene) -> Any:
    return weak_by(scene, method=f"{MORE}rsa-md5")


@as_signed("MD5 in the digest", WEAK)
def md5_digest(scene: Scene) -> Any:
    return weak_by(scene, digest=f"{MORE}md5")


@as_signed("no algorithm", WEAK)
def none(scene: Scene) -> Any:
    return weak_by(scene, method="none")


@as_signed("a made-up algorithm that ends as a good one", WEAK)
def looks_good(scene: Scene) -> Any:
    return weak_by(scene, method=f"urn:evil?{RSA_SHA256}")


@as_signed("DSA", WEAK)
def dsa(scene: Scene) -> Any:
    return weak_by(scene, method="http://www.w3.org/2009/xmldsig11#dsa-sha256")


@as_signed("a canonical form that fails and leaves nothing to sign", Reason.BAD_SIGNATURE)
def void_canonical_form(scene: Scene) -> Any:
    """A relative namespace makes some canonicalizations fail silently: the digest is then of nothing."""
    root = scene.unsigned()
    sign(assertion_of(root), scene.signer, digested=b"")
    whole = etree.tostring(root)
    return whole.replace(b"<saml:AttributeValue", b'<saml:AttributeValue xmlns:void="1" void:x="1"', 1)


@as_signed("a signed part that fails to be written and leaves nothing to sign", Reason.MALFORMED)
def void_signed_info(scene: Scene) -> Any:
    """The provider's signature of an empty text would fit, wherever somebody found one."""
    root = scene.unsigned()
    signature = sign(assertion_of(root), scene.signer)
    key: Any = scene.signer.key
    value = key.sign(b"", padding.PKCS1v15(), hashes.SHA256())
    the(signature, "SignatureValue").text = base64.b64encode(value).decode()
    return etree.tostring(root).replace(b"<ds:SignedInfo", b'<ds:SignedInfo xmlns:void="1" void:x="1"', 1)


@as_signed("a padding that is not let through", WEAK)
def another_padding(scene: Scene) -> Any:
    return weak_by(scene, method="http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1")


@on_its_way("a signature value in another length", BAD)
def zeros_in_front(root: Any) -> None:
    value(root, lambda known: bytes(8) + known)


@on_its_way("a curve's value written as certificates write it", BAD, signer=ELLIPTIC)
def written_in_der(root: Any) -> None:
    value(root, lambda known: utils.encode_dss_signature(int.from_bytes(known[:32]), int.from_bytes(known[32:])))


@on_its_way("a curve's number beyond the curve", BAD, signer=ELLIPTIC)
def beyond_the_curve(root: Any) -> None:
    """The same point once more around: another text for the same signature."""
    value(root, lambda known: (int.from_bytes(known[:32]) + ORDER).to_bytes(33) + bytes(1) + known[32:])


def value(root: Any, change: Callable[[bytes], bytes]) -> None:
    node = the(root, "SignatureValue")
    node.text = base64.b64encode(change(base64.b64decode(node.text))).decode()
