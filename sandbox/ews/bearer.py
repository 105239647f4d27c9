"""The bearer token of a call: whose it is, and whether it is for the server that was called.

https://learn.microsoft.com/microsoft-365/enterprise/hybrid-modern-auth-overview
"""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from sandbox.identity.jwt import InvalidToken, verify
from sandbox.identity.resources import exchange_hosts
from sandbox.tenant.model import Person, Tenant
from sandbox.world import World

EXCHANGE = "00000002-0000-0ff1-ce00-000000000000"
_ACCESS_CONTROL = "00000001-0000-0000-c000-000000000000"
_PERMISSION = "EWS.AccessAsUser.All"


@dataclass(frozen=True)
class Caller:
    """Who calls; `may` says whether the token allows it on this host."""

    tenant: Tenant
    person: Person
    may: bool


def caller_of(request: Request, world: World) -> Caller | None:
    """The person of a living token that is meant for the host the client called."""
    claims = _claims(request, world)
    tenant = world.tenant(claims["tid"]) if claims else None
    person = tenant.people.get(claims["oid"]) if tenant and claims else None
    if claims is None or tenant is None or person is None:
        return None
    known = request.url.hostname in exchange_hosts(world.config, tenant)
    return Caller(tenant, person, known and _PERMISSION in claims["scp"].split())


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


def challenge(world: World, *, presented: bool) -> str:
    """WWW-Authenticate: where tokens come from."""
    text = (
        f'Bearer client_id="{EXCHANGE}", trusted_issuers="{_ACCESS_CONTROL}@*",'
        ' token_types="app_asserted_user_v1 service_asserted_app_v1",'
        f' authorization_uri="{world.config.https_base}/common/oauth2/authorize"'
    )
    return f'{text}, error="invalid_token"' if presented else text
