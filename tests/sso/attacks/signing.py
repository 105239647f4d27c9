"""XML signatures written out by hand: a forger may write them in any shape, and so may we.

This is neither python3-saml nor xmlsec, which verify.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.x509.oid import NameOID
from lxml import etree

DSIG = "http://www.w3.org/2000/09/xmldsig#"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = f"{DSIG}enveloped-signature"
RSA_SHA256 = f"{MORE}rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
BOTH_TRANSFORMS = (ENVELOPED, EXCLUSIVE)

HASHES = {"sha1": hashes.SHA1(), "md5": hashes.MD5(), "sha256": hashes.SHA256(), "sha512": hashes.SHA512()}  # noqa: S303

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Signer:
    """Somebody's key, and the certificate (PEM body) under which it is known."""

    key: Key
    certificate: str


@lru_cache
def make_signer(name: str, kind: str = "rsa") -> Signer:
    """The signer of this name, always the same one within a run."""
    key: Key
    if kind == "rsa":
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    else:
        key = ec.generate_private_key(ec.SECP256R1())
    return Signer(key, certificate_of(key, name))


def certificate_of(key: Key, name: str) -> str:
    """A certificate (PEM body) of a key's own making."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    certificate = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=9))
    der = certificate.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    return base64.b64encode(der).decode()


def sign(
    element: Any,
    signer: Signer,
    *,
    method: str = "",
    digest: str = SHA256,
    transforms: Sequence[str] = BOTH_TRANSFORMS,
    uri: str | None = None,
    place: int = 1,
    canonicalization: str = EXCLUSIVE,
    prefixes: str = "",
    digested: bytes | None = None,
) -> Any:
    """Put a signature into the element, after its Issuer, over the element as it is; answers the signature."""
    content = canonical(element, prefixes) if digested is None else digested
    signature = etree.Element(f"{{{DSIG}}}Signature", nsmap={"ds": DSIG})
    info = etree.SubElement(signature, f"{{{DSIG}}}SignedInfo")
    etree.SubElement(info, f"{{{DSIG}}}CanonicalizationMethod", Algorithm=canonicalization)
    etree.SubElement(info, f"{{{DSIG}}}SignatureMethod", Algorithm=method or usual_method(signer))
    reference = etree.SubElement(info, f"{{{DSIG}}}Reference", URI=f"#{element.get('ID')}" if uri is None else uri)
    chain = etree.SubElement(reference, f"{{{DSIG}}}Transforms")
    for name in transforms:
        node = etree.SubElement(chain, f"{{{DSIG}}}Transform", Algorithm=name)
        if prefixes and name == EXCLUSIVE:
            etree.SubElement(node, f"{{{EXCLUSIVE}}}InclusiveNamespaces", PrefixList=prefixes, nsmap={"ec": EXCLUSIVE})
    etree.SubElement(reference, f"{{{DSIG}}}DigestMethod", Algorithm=digest)
    value = hashlib.new(hash_name(digest), content).digest()
    etree.SubElement(reference, f"{{{DSIG}}}DigestValue").text = base64.b64encode(value).decode()
    etree.SubElement(signature, f"{{{DSIG}}}SignatureValue")
    data = etree.SubElement(etree.SubElement(signature, f"{{{DSIG}}}KeyInfo"), f"{{{DSIG}}}X509Data")
    etree.SubElement(data, f"{{{DSIG}}}X509Certificate").text = signer.certificate
    element.insert(place, signature)
    seal(signature, signer)
    return signature


def usual_method(signer: Signer) -> str:
    """With SHA-256, by the kind of the key."""
    return RSA_SHA256 if isinstance(signer.key, rsa.RSAPrivateKey) else f"{MORE}ecdsa-sha256"


def seal(signature: Any, signer: Signer) -> None:
    """Compute the value over SignedInfo as it stands now, by the method it names."""
    info = signature.find(f"{{{DSIG}}}SignedInfo")
    method = info.find(f"{{{DSIG}}}SignatureMethod").get("Algorithm")
    value = _value(canonical(info), signer, method)
    signature.find(f"{{{DSIG}}}SignatureValue").text = base64.b64encode(value).decode()


def canonical(element: Any, prefixes: str = "") -> bytes:
    """Exclusive canonicalization, of an element where it stands."""
    inclusive = prefixes.replace("#default", "").split() or None
    return etree.tostring(element, method="c14n", exclusive=True, inclusive_ns_prefixes=inclusive)


def hash_name(algorithm: str) -> str:
    """sha256 of http://...#rsa-sha256."""
    return algorithm.rpartition("#")[2].rpartition("-")[2].lower()


def _value(content: bytes, signer: Signer, method: str) -> bytes:
    name = hash_name(method)
    if "hmac" in method:
        return hmac.digest(base64.b64decode(signer.certificate), content, name)
    if name not in HASHES:
        return b"nothing"
    if isinstance(signer.key, ec.EllipticCurvePrivateKey):
        first, second = utils.decode_dss_signature(signer.key.sign(content, ec.ECDSA(HASHES[name])))
        return first.to_bytes(32) + second.to_bytes(32)
    return signer.key.sign(content, padding.PKCS1v15(), HASHES[name])
