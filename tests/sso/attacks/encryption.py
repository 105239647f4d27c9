"""Encrypted assertions: keys and ciphers that are too weak, oracles, and what hides inside."""

import base64
from collections.abc import Callable
from typing import Any

from lxml import etree

from sso.errors import Reason
from tests.sso.attacks.catalogue import as_signed
from tests.sso.attacks.forging import Scene, assertion_of, forged, the
from tests.sso.attacks.sealing import CBC, ENC, ENC_11, Seal, add_cipher, change_cipher, make_key_pair, seal_assertion
from tests.sso.attacks.signing import DSIG, sign

MALFORMED, WEAK, SEALED = Reason.MALFORMED, Reason.WEAK_ALGORITHM, Reason.UNDECRYPTABLE


def sealed(mechanism: str, reason: Reason, **how: Any) -> Callable[[Callable[[Any], Any]], Callable[[Any], Any]]:
    """The function changes a response whose assertion is signed and encrypted for us."""

    def decorate(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def build(scene: Scene) -> Any:
            root = seal_assertion(scene.honest(), Seal(make_key_pair(), **how))
            answer = function(root)
            return root if answer is None else answer

        build.__name__ = function.__name__
        as_signed(mechanism, reason, encrypted=True)(build)
        return function

    return decorate


def plain(mechanism: str, reason: Reason = SEALED) -> Callable[[Callable[[Scene], Any]], Callable[[Scene], Any]]:
    """The function says what is encrypted instead of the honest assertion."""

    def decorate(function: Callable[[Scene], Any]) -> Callable[[Scene], Any]:
        def build(scene: Scene) -> Any:
            return seal_assertion(scene.honest(), Seal(make_key_pair()), function(scene))

        build.__name__ = function.__name__
        as_signed(mechanism, reason, encrypted=True)(build)
        return function

    return decorate


def text_of(scene: Scene) -> bytes:
    return etree.tostring(assertion_of(scene.honest()))


@sealed("key transport by RSA 1.5", WEAK, transport=f"{ENC}rsa-1_5")
def old_transport(_root: Any) -> None: ...


@sealed("key transport by RSA 1.5, under the name of OAEP", SEALED)
def old_transport_in_disguise(root: Any) -> None:
    """The server must not tell a good padding of the old kind from a bad one."""
    other = Seal(make_key_pair(), transport=f"{ENC}rsa-1_5").encrypted(b"x")
    values = [list(tree.iter(f"{{{ENC}}}CipherValue"))[1] for tree in (root, other)]
    values[0].text = values[1].text


@sealed("a cipher that is too weak", WEAK)
def triple_des(root: Any) -> None:
    the(root, "EncryptionMethod").set("Algorithm", f"{ENC}tripledes-cbc")


@sealed("no cipher at all", MALFORMED)
def no_method(root: Any) -> None:
    the(root, "EncryptedData").remove(the(root, "EncryptionMethod"))


@sealed("a digest of OAEP that is too weak", WEAK)
def weak_digest(root: Any) -> None:
    the(root, "DigestMethod").set("Algorithm", "http://www.w3.org/2001/04/xmldsig-more#md5")


@sealed("parameters of OAEP", MALFORMED)
def parameters(root: Any) -> None:
    method = list(root.iter(f"{{{ENC}}}EncryptionMethod"))[1]
    etree.SubElement(method, f"{{{ENC}}}OAEPparams").text = "QUJD"


@sealed("a mask that this way of wrapping does not have", WEAK)
def mask(root: Any) -> None:
    method = list(root.iter(f"{{{ENC}}}EncryptionMethod"))[1]
    etree.SubElement(method, f"{{{ENC_11}}}MGF", Algorithm=f"{ENC_11}mgf1sha256")


@sealed("an oracle: the padding", SEALED, cipher=CBC)
def last_block(root: Any) -> None:
    change_cipher(root, 0, -17)


@sealed("an oracle: a letter of the plain text", SEALED, cipher=CBC)
def a_letter(root: Any) -> None:
    """The first block begins with <saml:Assertion: one letter of it changes, and nothing else."""
    change_cipher(root, 0, 8)


@sealed("an oracle: markup of the plain text", SEALED, cipher=CBC)
def markup(root: Any) -> None:
    change_cipher(root, 0, 0, ord("<") ^ ord("&"))


@sealed("an oracle: a text that ends early", SEALED, cipher=CBC)
def cut_blocks(root: Any) -> None:
    node = the(root, "EncryptedData").find(f"{{{ENC}}}CipherData")[0]
    node.text = base64.b64encode(base64.b64decode(node.text)[:-16]).decode()


@sealed("an oracle: a text that is no number of blocks", SEALED, cipher=CBC)
def half_a_block(root: Any) -> None:
    node = the(root, "EncryptedData").find(f"{{{ENC}}}CipherData")[0]
    node.text = base64.b64encode(base64.b64decode(node.text)[:-5]).decode()


@sealed("an oracle: nothing to decrypt", SEALED)
def nothing(root: Any) -> None:
    the(root, "EncryptedData").find(f"{{{ENC}}}CipherData")[0].text = None


@sealed("an oracle: no base64", SEALED)
def no_base64(root: Any) -> None:
    the(root, "EncryptedData").find(f"{{{ENC}}}CipherData")[0].text = "é%"


@sealed("a tag that does not fit", SEALED)
def wrong_tag(root: Any) -> None:
    change_cipher(root, 0, -1)


@sealed("an authenticated cipher called one that is not", SEALED)
def renamed_cipher(root: Any) -> None:
    """GCM's text read as CBC's: whoever may choose the mode learns the plain text bit by bit."""
    the(root, "EncryptionMethod").set("Algorithm", CBC)


@sealed("a key that does not fit", SEALED)
def wrong_key(root: Any) -> None:
    change_cipher(root, 1, 20)


@sealed("a key of another length", SEALED)
def other_length(root: Any) -> None:
    the(root, "EncryptionMethod").set("Algorithm", f"{ENC_11}aes128-gcm")


@as_signed("a key of another company", SEALED, encrypted=True)
def for_another_company(scene: Scene) -> Any:
    return seal_assertion(scene.honest(), Seal(make_key_pair("fabrikam")))


@sealed("a cipher text that is kept elsewhere", MALFORMED)
def cipher_reference(root: Any) -> None:
    data = the(root, "CipherData")
    data.remove(data[0])
    etree.SubElement(data, f"{{{ENC}}}CipherReference", URI="file:///etc/passwd")


@sealed("a key that is fetched", MALFORMED)
def retrieved(root: Any) -> None:
    the(root, "KeyInfo").append(etree.Element(f"{{{DSIG}}}RetrievalMethod", URI="http://127.0.0.1:9/key"))


@sealed("a key that both sides would agree on", MALFORMED)
def agreed(root: Any) -> None:
    etree.SubElement(the(root, "KeyInfo"), f"{{{ENC}}}AgreementMethod", Algorithm=f"{ENC}dh")


@sealed("a key under a key that we are to have already", WEAK)
def under_another_key(root: Any) -> None:
    list(root.iter(f"{{{ENC}}}EncryptionMethod"))[1].set("Algorithm", f"{ENC}kw-aes256")


@sealed("an encryption inside the encrypted key", MALFORMED)
def encrypted_inside_the_key(root: Any) -> None:
    the(root, "EncryptedKey").append(etree.fromstring(etree.tostring(the(root, "EncryptedData"))))


@sealed("several keys", MALFORMED)
def two_keys(root: Any) -> None:
    the(root, "KeyInfo").append(etree.fromstring(etree.tostring(the(root, "EncryptedKey"))))


@sealed("no key", MALFORMED)
def no_key(root: Any) -> None:
    the(root, "KeyInfo").remove(the(root, "EncryptedKey"))


@sealed("two encrypted assertions", MALFORMED)
def two_encrypted(root: Any) -> None:
    root.append(etree.fromstring(etree.tostring(the(root, "EncryptedAssertion"))))


@sealed("two texts in one encrypted assertion", MALFORMED)
def two_texts(root: Any) -> None:
    the(root, "EncryptedAssertion").append(etree.fromstring(etree.tostring(the(root, "EncryptedData"))))


@as_signed("a plain assertion beside an encrypted one", MALFORMED, encrypted=True)
def plain_beside(scene: Scene) -> Any:
    root = scene.honest()
    evil = forged(assertion_of(root))
    seal_assertion(root, Seal(make_key_pair()))
    root.append(evil)
    return root


@as_signed(
    "a plain assertion where only encrypted ones are accepted",
    Reason.NOT_ENCRYPTED,
    encrypted=True,
    provider=(("wants_encryption", True),),
)
def not_encrypted(scene: Scene) -> Any:
    return scene.honest()


@as_signed("an encrypted assertion that nobody signed", SEALED, encrypted=True)
def encrypted_but_unsigned(scene: Scene) -> Any:
    """Anybody can encrypt for us: the certificate is public."""
    root = scene.unsigned()
    the(root, "NameID").text = "dana"
    return seal_assertion(root, Seal(make_key_pair()))


@as_signed("an encrypted assertion that a stranger signed", SEALED, encrypted=True)
def signed_by_a_stranger(scene: Scene) -> Any:
    root = scene.unsigned()
    sign(assertion_of(root), scene.signer)
    the(root, "NameID").text = "dana"
    return seal_assertion(root, Seal(make_key_pair()))


@as_signed(
    "a signed response whose cipher text was changed", Reason.BAD_SIGNATURE, encrypted=True, signed=("Response",)
)
def changed_under_a_signature(scene: Scene) -> Any:
    """Nothing is decrypted that the response's signature does not cover."""
    root = seal_assertion(scene.unsigned(), Seal(make_key_pair()))
    sign(root, scene.signer)
    change_cipher(root, 0, -1)
    return root


@as_signed(
    "an honest assertion encrypted anew under a forged response",
    Reason.BAD_SIGNATURE,
    encrypted=True,
    signed=("Response",),
)
def encrypted_anew(scene: Scene) -> Any:
    root = seal_assertion(scene.unsigned(), Seal(make_key_pair()))
    sign(root, scene.signer)
    other = scene.unsigned()
    the(other, "NameID").text = "dana"
    text = etree.tostring(assertion_of(other))
    root.replace(the(root, "EncryptedAssertion"), Seal(make_key_pair()).encrypted(text))
    return root


@plain("a document type in the plain text")
def doctype_inside(scene: Scene) -> bytes:
    return b"<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>" + text_of(scene)


@plain("a comment in the plain text")
def comment_inside(scene: Scene) -> bytes:
    return text_of(scene).replace(b"</saml:NameID>", b"<!---->.evil</saml:NameID>")


@plain("two assertions in the plain text")
def two_inside(scene: Scene) -> bytes:
    return etree.tostring(forged(assertion_of(scene.honest()))) + text_of(scene)


@plain("an end of the element around the plain text")
def closing_inside(scene: Scene) -> bytes:
    return b"</inside><inside>" + text_of(scene)


@plain("something else in the plain text")
def response_inside(scene: Scene) -> bytes:
    return etree.tostring(scene.honest())


@plain("text beside the assertion in the plain text")
def text_beside_the_assertion(scene: Scene) -> bytes:
    return text_of(scene) + b"dana"


@plain("an encrypted assertion in the plain text")
def nested(_scene: Scene) -> bytes:
    return etree.tostring(Seal(make_key_pair()).encrypted(b"<a/>"))


@plain("a changed assertion in the plain text")
def changed_inside(scene: Scene) -> bytes:
    root = scene.honest()
    the(root, "NameID").text = "dana"
    return etree.tostring(assertion_of(root))


@plain("a second declaration in the plain text")
def two_declarations_inside(scene: Scene) -> bytes:
    return 2 * b'<?xml version="1.0"?>' + text_of(scene)


@plain("a plain text in another encoding")
def utf_16_inside(scene: Scene) -> bytes:
    return text_of(scene).decode().encode("utf-16")


@plain("an odd signature in the plain text")
def odd_signature_inside(scene: Scene) -> bytes:
    root = scene.honest()
    the(root, "Reference").set("URI", "file:///etc/passwd")
    return etree.tostring(assertion_of(root))


@plain("the response's own id in the plain text")
def same_id_inside(scene: Scene) -> bytes:
    root = scene.unsigned()
    assertion_of(root).set("ID", "_key")
    sign(assertion_of(root), scene.signer)
    the(root, "NameID").text = "dana"
    return etree.tostring(assertion_of(root))


@sealed("an encrypted attribute beside", MALFORMED)
def encrypted_elsewhere(root: Any) -> None:
    status = the(root, "Status")
    detail = etree.SubElement(status, "{urn:oasis:names:tc:SAML:2.0:protocol}StatusDetail")
    add_cipher(etree.SubElement(detail, f"{{{ENC}}}EncryptedData"), b"x")
