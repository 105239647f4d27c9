"""The bearer token of a call: whose it is and what it allows.

https://learn.microsoft.com/graph/auth/auth-concepts
"""

from dataclasses import dataclass

from starlette.requests import Request

from sandbox.graph.errors import GraphError
from sandbox.identity.jwt import ExpiredToken, InvalidToken, WrongAudience, verify
from sandbox.tenant.model import Person, Tenant
from sandbox.world import World

AUDIENCE = "https://graph.microsoft.com"


@dataclass(frozen=True)
class Bearer:
    """The person a token was issued for, and the permissions in it."""

    tenant: Tenant
    person: Person
    scopes: frozenset[str]


def bearer_of(request: Request, world: World) -> Bearer:
    """Checks signature, lifetime, audience and person. Raises GraphError 401."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.casefold() != "bearer" or not token:
        raise unauthorized("Access token is empty.")
    try:
        claims = verify(token, world.keys.token, AUDIENCE)
    except ExpiredToken as error:
        raise unauthorized("Lifetime validation failed, the token is expired.") from error
    except WrongAudience as error:
        raise unauthorized("Access token validation failure. Invalid audience.") from error
    except InvalidToken as error:
        raise unauthorized("IDX14100: JWT is not well formed, or its signature is invalid.") from error
    tenant = world.tenant(claims["tid"])
    person = tenant.people.get(claims["oid"]) if tenant else None
    if tenant is None or person is None:
        raise unauthorized("The identity of the calling application or user is not known.")
    return Bearer(tenant, person, frozenset(claims["scp"].split()))


def unauthorized(message: str) -> GraphError:
    """401 with the challenge that goes with it."""
    challenge = 'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize"'
    return GraphError(401, "InvalidAuthenticationToken", message, {"WWW-Authenticate": challenge})


def require(scopes: frozenset[str], accepted: tuple[str, ...]) -> None:
    """Raises GraphError 403 unless one of the accepted permissions is in the token."""
    if not scopes.intersection(accepted):
        raise GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
