"""Encrypting an assertion for a service provider: AES-256-CBC under RSA-OAEP, as Entra ID and ADFS do.

https://www.w3.org/TR/xmlenc-core1/
"""

import base64
import binascii
import os

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from lxml import etree

from sandbox.saml_idp.authn_request import ASSERTION

_ENC = "http://www.w3.org/2001/04/xmlenc#"
_DSIG = "http://www.w3.org/2000/09/xmldsig#"
_BLOCK = 16


def is_certificate(text: object) -> bool:
    """Whether this is the base64 of a certificate with an RSA key."""
    try:
        public_key(str(text))
    except (binascii.Error, ValueError, TypeError):
        return False
    return True


def public_key(certificate: str) -> rsa.RSAPublicKey:
    """The RSA key of a certificate in base64. Raises ValueError, TypeError."""
    key = x509.load_der_x509_certificate(base64.b64decode(certificate, validate=True)).public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise TypeError("not an RSA key")
    return key


def encrypted(assertion: etree._Element, certificate: str) -> etree._Element:
    """An EncryptedAssertion that the owner of this certificate can open."""
    key = os.urandom(32)
    whole = etree.Element(f"{{{ASSERTION}}}EncryptedAssertion", nsmap={"saml": ASSERTION})
    data = etree.SubElement(
        whole, f"{{{_ENC}}}EncryptedData", {"Type": f"{_ENC}Element"}, nsmap={"xenc": _ENC, "ds": _DSIG}
    )
    etree.SubElement(data, f"{{{_ENC}}}EncryptionMethod", {"Algorithm": f"{_ENC}aes256-cbc"})
    wrapped = etree.SubElement(etree.SubElement(data, f"{{{_DSIG}}}KeyInfo"), f"{{{_ENC}}}EncryptedKey")
    method = etree.SubElement(wrapped, f"{{{_ENC}}}EncryptionMethod", {"Algorithm": f"{_ENC}rsa-oaep-mgf1p"})
    etree.SubElement(method, f"{{{_DSIG}}}DigestMethod", {"Algorithm": f"{_DSIG}sha1"})
    _add_cipher(wrapped, _wrapped(key, certificate))
    _add_cipher(data, _encrypted(key, etree.tostring(assertion, method="c14n", exclusive=True)))
    return whole


def _wrapped(key: bytes, certificate: str) -> bytes:
    sha1 = hashes.SHA1()  # noqa: S303 - inside OAEP, as identity providers do it
    return public_key(certificate).encrypt(key, padding.OAEP(padding.MGF1(sha1), sha1, None))


def _encrypted(key: bytes, text: bytes) -> bytes:
    start = os.urandom(_BLOCK)
    missing = _BLOCK - len(text) % _BLOCK
    encryptor = Cipher(algorithms.AES(key), modes.CBC(start)).encryptor()
    return start + encryptor.update(text + bytes(missing - 1) + bytes([missing])) + encryptor.finalize()


def _add_cipher(parent: etree._Element, content: bytes) -> None:
    data = etree.SubElement(parent, f"{{{_ENC}}}CipherData")
    etree.SubElement(data, f"{{{_ENC}}}CipherValue").text = base64.b64encode(content).decode()
