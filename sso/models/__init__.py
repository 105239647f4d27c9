"""Single sign-on: identity providers, pending requests, used assertions, and who is who."""

from sso.models.provider import IdentityProvider, SamlIdentity
from sso.models.requests import AuthnRequest, UsedAssertion

__all__ = ["AuthnRequest", "IdentityProvider", "SamlIdentity", "UsedAssertion"]
