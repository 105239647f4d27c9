"""/EWS/Exchange.asmx: who may come in. Operations are not there yet, which is said.

https://learn.microsoft.com/microsoft-365/enterprise/hybrid-modern-auth-overview
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sandbox.ews.failures import failure
from sandbox.identity.jwt import InvalidToken, verify
from sandbox.identity.resources import exchange_hosts
from sandbox.world import World, world_of

EXCHANGE = "00000002-0000-0ff1-ce00-000000000000"
_ACCESS_CONTROL = "00000001-0000-0000-c000-000000000000"
_PERMISSION = "EWS.AccessAsUser.All"
_HEADERS = {"X-FEServer": "SANDBOX", "Cache-Control": "private"}
_NOT_YET = "This stand-in for an Exchange server has no operations yet: it can only be connected to.\n"


async def exchange(request: Request) -> Response:
    """GET and POST."""
    world = world_of(request)
    if request.url.scheme != "https":
        return PlainTextResponse("The page must be viewed over a secure channel.\n", 403, _HEADERS)
    if spoilt := failure(world):
        return spoilt
    claims = _claims(request, world)
    tenant = world.tenant(claims["tid"]) if claims else None
    person = tenant.people.get(claims["oid"]) if tenant and claims else None
    if claims is None or tenant is None or person is None:
        return _unauthorized(world, presented="authorization" in request.headers)
    request.state.upn = person.upn
    known = request.url.hostname in exchange_hosts(world.config, tenant)
    if not known or _PERMISSION not in claims["scp"].split():
        return PlainTextResponse("The token does not allow this.\n", 403, _HEADERS)
    return PlainTextResponse(_NOT_YET, 501, _HEADERS)


def _claims(request: Request, world: World) -> dict[str, Any] | None:
    """What a living token says that is meant for the host the client called, with or without its port."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.casefold() != "bearer":
        return None
    audiences = [f"https://{name}" for name in (request.url.hostname, request.url.netloc)]
    try:
        return verify(token.strip(), world.keys.token, audiences)
    except InvalidToken:
        return None


def _unauthorized(world: World, *, presented: bool) -> Response:
    """401 that says where tokens come from."""
    challenge = (
        f'Bearer client_id="{EXCHANGE}", trusted_issuers="{_ACCESS_CONTROL}@*",'
        ' token_types="app_asserted_user_v1 service_asserted_app_v1",'
        f' authorization_uri="{world.config.https_base}/common/oauth2/authorize"'
    )
    if presented:
        challenge += ', error="invalid_token"'
    return Response(status_code=401, headers={**_HEADERS, "WWW-Authenticate": challenge})


# IIS does not mind how a path is written.
routes = [Route(path, exchange, methods=["GET", "POST"]) for path in ("/EWS/Exchange.asmx", "/ews/exchange.asmx")]
