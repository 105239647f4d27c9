"""SAML 2.0 messages: the only package that imports python3-saml.

http://docs.oasis-open.org/security/saml/v2.0/
"""

from sso.saml.message import MessageHeader, read_header
from sso.saml.metadata import IdpMetadata, parse_idp_metadata, sp_metadata
from sso.saml.request import request_url
from sso.saml.response import Assertion, read_response

__all__ = [
    "Assertion",
    "IdpMetadata",
    "MessageHeader",
    "parse_idp_metadata",
    "read_header",
    "read_response",
    "request_url",
    "sp_metadata",
]
