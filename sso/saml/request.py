"""Asking an identity provider who somebody is: an AuthnRequest."""

from lxml import etree

from sso.models import NameIdFormat
from sso.saml.names import HTTP_POST, PROTOCOL
from sso.saml.outgoing import Outgoing, new_message, send, signing_key
from sso.saml.party import Party
from sso.saml.toolkit import acs_url


def authn_request(party: Party) -> Outgoing:
    """A fresh request by the binding of the settings, signed where they say so.

    No RelayState: where the person wanted to go is kept with the request. Raises NoKeyError where it is to be signed
    and there is no key pair.
    """
    settings = party.settings
    message = new_message(
        "AuthnRequest",
        party,
        settings.sso_url,
        ProtocolBinding=HTTP_POST,
        AssertionConsumerServiceURL=acs_url(party.vanity),
    )
    if settings.name_id_format not in ("", NameIdFormat.UNSPECIFIED):
        policy = etree.SubElement(message, f"{{{PROTOCOL}}}NameIDPolicy", Format=settings.name_id_format)
        policy.set("AllowCreate", "true")
    key = signing_key(party) if settings.sign_requests else None
    return send(message, "SAMLRequest", settings.sso_url, settings.sso_binding, key)
