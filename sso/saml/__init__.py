"""SAML 2.0 messages: the only package that imports python3-saml.

http://docs.oasis-open.org/security/saml/v2.0/
"""

from sso.saml.conditions import SKEW
from sso.saml.keys import checked_certificate, generate_key_pair
from sso.saml.logout import LogoutAsked, logout_request, logout_response, read_logout_request, read_logout_response
from sso.saml.message import Message, read_message
from sso.saml.metadata import IdpMetadata, parse_idp_metadata
from sso.saml.outgoing import NoKeyError, Outgoing
from sso.saml.outline import Outline, outline_of
from sso.saml.own_metadata import sp_metadata
from sso.saml.party import KeyPair, Party, party_of
from sso.saml.request import authn_request
from sso.saml.response import Assertion, read_response
from sso.saml.toolkit import acs_url, entity_id, slo_url

__all__ = [
    "SKEW",
    "Assertion",
    "IdpMetadata",
    "KeyPair",
    "LogoutAsked",
    "Message",
    "NoKeyError",
    "Outgoing",
    "Outline",
    "Party",
    "acs_url",
    "authn_request",
    "checked_certificate",
    "entity_id",
    "generate_key_pair",
    "logout_request",
    "logout_response",
    "outline_of",
    "parse_idp_metadata",
    "party_of",
    "read_logout_request",
    "read_logout_response",
    "read_message",
    "read_response",
    "slo_url",
    "sp_metadata",
]
