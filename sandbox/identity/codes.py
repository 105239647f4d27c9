"""Authorization codes: single use, ten minutes."""

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass

from sandbox.identity.authorize_request import AuthorizeRequest
from sandbox.identity.errors import TokenError
from sandbox.tenant.model import Person, Tenant
from sandbox.world import World

LIFETIME_SECONDS = 600


@dataclass
class AuthorizationCode:
    """What a code stands for; `issued` is a reading of the monotonic clock."""

    tenant_id: str
    oid: str
    request: AuthorizeRequest
    issued: float
    used: bool = False


def issue_code(world: World, tenant: Tenant, person: Person, request: AuthorizeRequest) -> str:
    """A new code for a person who consented."""
    long_ago = time.monotonic() - 2 * LIFETIME_SECONDS
    for old in [key for key, row in world.codes.items() if row.issued < long_ago]:
        del world.codes[old]
    code = f"1.{secrets.token_urlsafe(64)}"
    world.codes[code] = AuthorizationCode(tenant.id, person.oid, request, time.monotonic())
    return code


def redeem_code(world: World, tenant: Tenant, form: dict[str, str]) -> AuthorizationCode:
    """Takes a code in. Raises TokenError."""
    code: AuthorizationCode | None = world.codes.get(form.get("code", ""))
    if code is None or code.tenant_id != tenant.id:
        raise TokenError("invalid_grant", 9002313, "Invalid request. Request is malformed or invalid.")
    if code.used:
        raise TokenError("invalid_grant", 54005, "OAuth2 Authorization code was already redeemed.")
    if time.monotonic() - code.issued > LIFETIME_SECONDS:
        raise TokenError("invalid_grant", 70008, "The provided authorization code has expired.")
    if form.get("redirect_uri") != code.request.redirect_uri:
        raise TokenError("invalid_grant", 500112, "The reply address does not match the one of the code request.")
    _check_verifier(code.request.code_challenge, form.get("code_verifier", ""))
    code.used = True
    return code


def _check_verifier(challenge: str, verifier: str) -> None:
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    if challenge and not secrets.compare_digest(digest, challenge):
        message = "The Code_Verifier does not match the code_challenge supplied in the authorization request."
        raise TokenError("invalid_grant", 501481, message)
