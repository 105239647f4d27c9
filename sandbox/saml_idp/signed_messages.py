"""Signed messages by either binding: verifying what a service provider sends, and sending ours by Redirect.

https://docs.oasis-open.org/security/saml/v2.0/saml-bindings-2.0-os.pdf (3.4, 3.5)
"""

import base64
import binascii
import zlib
from collections.abc import Sequence
from urllib.parse import quote, unquote_plus, urlencode

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree
from signxml.exceptions import InvalidInput
from signxml.exceptions import InvalidSignature as InvalidXMLSignature
from signxml.verifier import XMLVerifier

from sandbox.keys import SigningKey
from sandbox.saml_idp.authn_request import UnreadableRequest, decoded
from sandbox.saml_idp.encryption import public_key

_RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"


def verify_sent(certificates: Sequence[str], parameter: str, message: str, query: str | None) -> None:
    """Raise UnreadableRequest unless one of the certificates signed the query, or (without a query) the message."""
    if query is None:
        valid = any(_signed_message(certificate, message) for certificate in certificates)
    else:
        valid = any(_signed_query(certificate, parameter, query) for certificate in certificates)
    if not valid:
        raise UnreadableRequest("the message is not signed by the application")


def _signed_query(certificate: str, parameter: str, query: str) -> bool:
    raw = dict(part.split("=", 1) for part in query.split("&") if "=" in part)
    if unquote_plus(raw.get("SigAlg", "")) != _RSA_SHA256:
        return False
    signed = "&".join(f"{name}={raw[name]}" for name in (parameter, "RelayState", "SigAlg") if name in raw)
    try:
        signature = base64.b64decode(unquote_plus(raw.get("Signature", "")))
        public_key(certificate).verify(signature, signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error):
        return False
    return True


def _signed_message(certificate: str, message: str) -> bool:
    root = decoded(message, deflated=False)
    known = x509.load_der_x509_certificate(base64.b64decode(certificate))
    try:
        verified = XMLVerifier().verify(root, x509_cert=known)
    except (InvalidXMLSignature, InvalidInput, ValueError):
        return False
    signed = None if isinstance(verified, list) else verified.signed_xml
    return signed is not None and signed.get("ID") == root.get("ID")


def redirect_address(url: str, parameter: str, message: etree._Element, key: SigningKey, relay_state: str = "") -> str:
    """The address that carries a message of ours, signed."""
    packer = zlib.compressobj(wbits=-15)
    packed = packer.compress(etree.tostring(message)) + packer.flush()
    values = {parameter: base64.b64encode(packed).decode()}
    values |= {"RelayState": relay_state} if relay_state else {}
    query = urlencode({**values, "SigAlg": _RSA_SHA256}, quote_via=quote, safe="")
    signature = key.private.sign(query.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{url}?{query}&Signature={quote(base64.b64encode(signature).decode(), safe='')}"
