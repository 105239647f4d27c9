"""What the tokens say.

https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sandbox.identity.jwt import sign
from sandbox.identity.registration import CLIENT_ID, NAME
from sandbox.tenant.ids import stable_uuid
from sandbox.tenant.model import Person, Tenant
from sandbox.world import World


@dataclass(frozen=True)
class Subject:
    """Whom a token is about."""

    tenant: Tenant
    person: Person


def _lifetime(world: World) -> dict[str, int]:
    now = int(datetime.now(UTC).timestamp())
    return {"iat": now, "nbf": now, "exp": now + world.state.token_lifetime}


def id_token(world: World, subject: Subject, nonce: str, spoilt: dict[str, Any]) -> str:
    """Who signed in. Lives as long as the access token. `spoilt` are claims that are not as they should be."""
    tenant, person = subject.tenant, subject.person
    claims: dict[str, Any] = {
        "aud": CLIENT_ID,
        "iss": f"{world.config.https_base}/{tenant.id}/v2.0",
        "tid": tenant.id,
        "oid": person.oid,
        "sub": stable_uuid("sub", CLIENT_ID, person.oid).hex,
        "preferred_username": person.upn,
        "name": person.name,
        "email": person.upn,
        "ver": "2.0",
        **_lifetime(world),
    }
    if nonce:
        claims["nonce"] = nonce
    return sign(claims | spoilt, world.keys.token)


def access_token(world: World, subject: Subject, resource: str, scopes: list[str]) -> str:
    """What the resource is shown; `scopes` without the resource in front."""
    tenant, person = subject.tenant, subject.person
    claims = {
        "aud": resource,
        "iss": f"https://sts.windows.net/{tenant.id}/",
        "tid": tenant.id,
        "oid": person.oid,
        "sub": stable_uuid("sub", resource, person.oid).hex,
        "appid": CLIENT_ID,
        "app_displayname": NAME,
        "appidacr": "1",
        "idtyp": "user",
        "name": person.name,
        "upn": person.upn,
        "unique_name": person.upn,
        "scp": " ".join(scopes),
        "uti": secrets.token_urlsafe(16),  # no two tokens are the same, also within a second
        "ver": "1.0",
        **_lifetime(world),
    }
    return sign(claims, world.keys.token)
