"""Our metadata for an account's identity provider: addresses, and the certificates of now and of next."""

from typing import Any

from lxml import etree

from sso.models import KeyState
from sso.saml.names import DSIG, HTTP_POST, HTTP_REDIRECT, METADATA, PROTOCOL
from sso.saml.party import Party, key_pairs
from sso.saml.toolkit import acs_url, entity_id, slo_url

PUBLISHED = (KeyState.CURRENT, KeyState.NEXT)
FORMATS = (
    "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
    "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
    "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
)


def sp_metadata(subject: Party | str) -> bytes:
    """Our metadata as XML, for a party or, before there are settings, for an account's vanity name. One query.

    Single logout has to be signed, so it is offered only where there is a key pair.
    """
    vanity = subject if isinstance(subject, str) else subject.vanity
    pairs = key_pairs(vanity)
    certificates = [pairs[state].certificate for state in PUBLISHED if state in pairs]
    root = etree.Element(f"{{{METADATA}}}EntityDescriptor", nsmap={"md": METADATA, "ds": DSIG})
    root.set("entityID", entity_id(vanity))
    role = etree.SubElement(root, f"{{{METADATA}}}SPSSODescriptor", protocolSupportEnumeration=PROTOCOL)
    signs = not isinstance(subject, str) and subject.settings.sign_requests
    role.set("AuthnRequestsSigned", "true" if signs and certificates else "false")
    role.set("WantAssertionsSigned", "true")
    for use in ("signing", "encryption"):
        for certificate in certificates:
            _add_key(role, use, certificate)
    for binding in (HTTP_REDIRECT, HTTP_POST) if certificates else ():
        _add(role, "SingleLogoutService", Binding=binding, Location=slo_url(vanity))
    for name in FORMATS:
        _add(role, "NameIDFormat").text = name
    _add(role, "AssertionConsumerService", Binding=HTTP_POST, Location=acs_url(vanity), index="1", isDefault="true")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _add_key(role: Any, use: str, certificate: str) -> None:
    key_info = etree.SubElement(_add(role, "KeyDescriptor", use=use), f"{{{DSIG}}}KeyInfo")
    data = etree.SubElement(key_info, f"{{{DSIG}}}X509Data")
    etree.SubElement(data, f"{{{DSIG}}}X509Certificate").text = certificate


def _add(parent: Any, name: str, **attributes: str) -> Any:
    return etree.SubElement(parent, f"{{{METADATA}}}{name}", attributes)
