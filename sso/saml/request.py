"""Asking an identity provider: an AuthnRequest by HTTP-Redirect."""

from urllib.parse import urlencode

from onelogin.saml2.authn_request import OneLogin_Saml2_Authn_Request

from sso.models import IdentityProvider
from sso.saml.toolkit import settings_of


def request_url(provider: IdentityProvider) -> tuple[str, str]:
    """The id of a fresh request, and the provider's address that carries it.

    No RelayState: where the person wanted to go is kept with the request.
    """
    request = OneLogin_Saml2_Authn_Request(settings_of(provider), name_id_value_req=None, set_nameid_policy=False)
    separator = "&" if "?" in provider.sso_url else "?"
    return (
        request.get_id(),
        f"{provider.sso_url}{separator}{urlencode({'SAMLRequest': request.get_request()})}",
    )
