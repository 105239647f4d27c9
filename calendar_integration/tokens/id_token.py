"""Whether an id token is ours, of the right tenant, and in date. MSAL checks the nonce and nothing else.

https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
The token came straight from the token endpoint over TLS, which stands in for its signature (OpenID Connect Core
3.1.3.7, point 6).
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

SKEW = timedelta(minutes=5)


class Flaw(StrEnum):
    """Why a token is refused."""

    AUDIENCE = "audience"
    ISSUER = "issuer"
    TENANT = "tenant"
    EXPIRED = "expired"
    NO_OID = "no_oid"


@dataclass(frozen=True)
class Identity:
    """Whose mailbox it is."""

    tenant_id: uuid.UUID
    oid: uuid.UUID
    user_principal_name: str


def find_flaw(
    claims: Mapping[str, Any], *, client_id: str, tenant_id: uuid.UUID, authority_host: str, now: datetime
) -> Flaw | None:
    """The first thing wrong with these claims, or None. `now` is an aware time."""
    if _uuid(claims.get("tid")) != tenant_id:
        return Flaw.TENANT
    if claims.get("aud") != client_id:
        return Flaw.AUDIENCE
    if claims.get("iss") != f"{authority_host}/{tenant_id}/v2.0":
        return Flaw.ISSUER
    if not _is_in_date(claims.get("exp"), now):
        return Flaw.EXPIRED
    return None if _uuid(claims.get("oid")) else Flaw.NO_OID


def identity(claims: Mapping[str, Any]) -> Identity:
    """The identity of claims without flaw."""
    return Identity(uuid.UUID(claims["tid"]), uuid.UUID(claims["oid"]), str(claims.get("preferred_username", "")))


def _is_in_date(exp: Any, now: datetime) -> bool:
    if isinstance(exp, bool) or not isinstance(exp, int | float):
        return False
    try:
        return datetime.fromtimestamp(exp, UTC) + SKEW > now
    except (OverflowError, ValueError, OSError):
        return False


def _uuid(value: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
