"""OpenID Connect discovery.

https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.identity.errors import TokenError, unknown_tenant
from sandbox.identity.jwt import key_set
from sandbox.world import world_of

_PUBLIC = {"Access-Control-Allow-Origin": "*"}


async def openid_configuration(request: Request) -> Response:
    """The metadata of a tenant. Only what a browser opens is on plain http."""
    world, name = world_of(request), request.path_params["tenant"]
    tenant = world.tenant(name)
    if tenant is None and name not in ("common", "organizations"):
        return unknown_tenant(name).response()
    if world.faults.take("discovery.unavailable", domain=tenant.domain if tenant else None):
        return TokenError("temporarily_unavailable", 90033, "A transient error has occurred.", status=503).response()
    segment = tenant.id if tenant else name
    tls, plain = f"{world.config.https_base}/{segment}", f"{world.config.http_base}/{segment}"
    document = {
        "issuer": f"{world.config.https_base}/{tenant.id if tenant else '{tenantid}'}/v2.0",
        "authorization_endpoint": f"{plain}/oauth2/v2.0/authorize",
        "token_endpoint": f"{tls}/oauth2/v2.0/token",
        "jwks_uri": f"{tls}/discovery/v2.0/keys",
        "end_session_endpoint": f"{plain}/oauth2/v2.0/logout",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "response_modes_supported": ["query", "form_post"],
        "response_types_supported": ["code"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "request_uri_parameter_supported": False,
        "tenant_region_scope": "EU",
        "cloud_instance_name": f"{world.config.public_host}:{world.config.tls_port}",
        "msgraph_host": f"{world.config.public_host}:{world.config.tls_port}",
    }
    return JSONResponse(document, headers=_PUBLIC)


async def keys(request: Request) -> Response:
    """The public keys of the tenant's tokens."""
    return JSONResponse(key_set(world_of(request).keys.token), headers=_PUBLIC)


async def instance(request: Request) -> Response:
    """The hosts that are one and the same cloud, for clients that ask."""
    config = world_of(request).config
    host = f"{config.public_host}:{config.tls_port}"
    row = {"preferred_network": host, "preferred_cache": host, "aliases": [host]}
    endpoint = f"{config.https_base}/common/v2.0/.well-known/openid-configuration"
    return JSONResponse({"tenant_discovery_endpoint": endpoint, "api-version": "1.1", "metadata": [row]})
