"""The identity provider's paths; a tenant is named by its domain."""

from starlette.routing import Route

from sandbox.saml_idp.logout import logout, slo
from sandbox.saml_idp.metadata import metadata
from sandbox.saml_idp.sign_in import logout_session, sign_in
from sandbox.saml_idp.sso import initiate, proceed, sso

routes = [
    Route("/saml/{domain}/metadata", metadata),
    Route("/saml/{domain}/sso", sso, methods=["GET", "POST"]),
    Route("/saml/{domain}/continue", proceed),
    Route("/saml/{domain}/initiate", initiate),
    Route("/saml/{domain}/sign-in", sign_in, methods=["GET", "POST"]),
    Route("/saml/{domain}/logout-session", logout_session),
    Route("/saml/{domain}/slo", slo, methods=["GET", "POST"]),
    Route("/saml/{domain}/logout", logout, methods=["GET", "POST"]),
]
