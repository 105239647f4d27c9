"""Enveloped XML signatures: RSA-SHA256 with exclusive canonicalization.

https://www.w3.org/TR/xmldsig-core1/
"""

from lxml import etree
from signxml import methods
from signxml.signer import XMLSigner

from sandbox.keys import SigningKey

_DSIG = "http://www.w3.org/2000/09/xmldsig#"
_EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"


def place_for_signature(parent: etree._Element) -> None:
    """Marks where the signature will stand: SAML's schema wants it right after the Issuer."""
    etree.SubElement(parent, f"{{{_DSIG}}}Signature", {"Id": "placeholder"}, nsmap={"ds": _DSIG})


def sign(element: etree._Element, key: SigningKey) -> etree._Element:
    """The element with its signature, made over its ID."""
    signer = XMLSigner(methods.enveloped, "rsa-sha256", "sha256", _EXCLUSIVE)
    signed: etree._Element = signer.sign(
        element, key=key.private, cert=key.certificate_pem, reference_uri=f"#{element.get('ID')}"
    )
    return signed
