"""What a client brings to /token: a code or a refresh token.

https://learn.microsoft.com/entra/identity-platform/refresh-tokens
"""

from dataclasses import dataclass

from sandbox.identity.codes import redeem_code
from sandbox.identity.errors import TokenError
from sandbox.tenant.model import Person, Tenant
from sandbox.world import RefreshToken, World


@dataclass(frozen=True)
class Grant:
    """What the client may have: whose tokens, and which scopes it was once given."""

    tenant: Tenant
    person: Person
    scopes: str
    nonce: str = ""
    claims: str = ""


def tenant_of_grant(world: World, form: dict[str, str]) -> Tenant | None:
    """Where a code or refresh token was issued, without using it up."""
    held = world.codes.get(form.get("code", "")) or world.refresh_token(form.get("refresh_token", ""))
    return world.tenant(held.tenant_id) if held else None


def person_of_grant(world: World, tenant: Tenant, form: dict[str, str]) -> Person | None:
    """Whose a code or refresh token is, without using it up."""
    held = world.codes.get(form.get("code", "")) or world.refresh_token(form.get("refresh_token", ""))
    return tenant.people.get(held.oid) if held else None


def claims_of_grant(world: World, form: dict[str, str]) -> str:
    """What the sign-in that a refresh token goes back to was told to prove, without using it up."""
    held = world.refresh_token(form.get("refresh_token", ""))
    return held.claims if held else ""


def read_grant(world: World, tenant: Tenant, form: dict[str, str]) -> Grant:
    """Takes a code or refresh token in. Raises TokenError."""
    kind = form.get("grant_type")
    if kind == "authorization_code":
        code = redeem_code(world, tenant, form)
        return Grant(tenant, tenant.people[code.oid], code.request.scope, code.request.nonce, code.request.claims)
    if kind == "refresh_token":
        held = _living(world, tenant, form)
        return Grant(tenant, tenant.people[held.oid], " ".join(held.scopes), claims=held.claims)
    raise TokenError("unsupported_grant_type", 70003, f"The app requested an unsupported grant type '{kind}'.")


def _living(world: World, tenant: Tenant, form: dict[str, str]) -> RefreshToken:
    held = world.refresh_token(form.get("refresh_token", ""))
    if held is None or held.tenant_id != tenant.id:
        raise TokenError("invalid_grant", 9002313, "Invalid request. Request is malformed or invalid.", "bad_token")
    if held.revoked:
        message = "The provided grant has expired due to it being revoked, a fresh auth token is needed."
        raise TokenError("invalid_grant", 50173, message, "bad_token")
    return held
