"""The platform's paths; a tenant is named by GUID, domain, `organizations` or `common`."""

from starlette.routing import Route

from sandbox.identity.admin_consent import admin_consent
from sandbox.identity.authorize import authorize, logout
from sandbox.identity.consent import cancel, decide
from sandbox.identity.discovery import instance, keys, openid_configuration
from sandbox.identity.token import token

routes = [
    Route("/common/discovery/instance", instance),
    Route("/{tenant}/v2.0/.well-known/openid-configuration", openid_configuration),
    Route("/{tenant}/discovery/v2.0/keys", keys),
    Route("/{tenant}/oauth2/v2.0/authorize", authorize, methods=["GET", "POST"]),
    Route("/{tenant}/oauth2/v2.0/cancel", cancel),
    Route("/{tenant}/oauth2/v2.0/token", token, methods=["POST"]),
    Route("/{tenant}/oauth2/v2.0/logout", logout),
    Route("/{tenant}/consent", decide, methods=["POST"]),
    Route("/{tenant}/v2.0/adminconsent", admin_consent, methods=["GET", "POST"]),
    Route("/{tenant}/adminconsent", admin_consent, methods=["GET", "POST"]),
]
