"""Misbehaviour of the token endpoint.

https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

import json
import time
from typing import Any, NamedTuple

from starlette.responses import Response

from sandbox.faults import Fault, Faults
from sandbox.identity.claims import Subject
from sandbox.identity.errors import TokenError
from sandbox.identity.registration import CLIENT_ID
from sandbox.world import World

_DEFAULT_WAIT = 5
_HOUR = 3600
_POLICY = "6b8d3d0a-3a9f-4b7e-9d55-000000000007"
CLAIMS = json.dumps({"access_token": {"capolids": {"essential": True, "values": [_POLICY]}}}, separators=(",", ":"))

_MFA = (
    "Due to a configuration change made by your administrator, or because you moved to a new location, you must use"
    " multi-factor authentication to access '00000003-0000-0000-c000-000000000000'."
)
_NO_CONSENT = f"The user or administrator has not consented to use the application with ID '{CLIENT_ID}'."


class _Refusal(NamedTuple):
    """What is answered; `claims` are those that the next sign-in has to bring."""

    error: str
    number: int
    message: str
    suberror: str | None = None
    status: int = 400
    claims: str | None = None

    def raised(self) -> TokenError:
        return TokenError(self.error, self.number, self.message, self.suberror, self.status, claims=self.claims)


_ALWAYS = {
    "token.invalid_client": _Refusal(
        "invalid_client", 7000222, "The provided client secret keys for the app are expired.", status=401
    ),
    "token.wrong_secret": _Refusal("invalid_client", 7000215, "Invalid client secret provided.", status=401),
    "token.app_missing": _Refusal(
        "unauthorized_client", 700016, f"Application with identifier '{CLIENT_ID}' was not found in the directory."
    ),
    "token.consent_missing": _Refusal("invalid_grant", 65001, _NO_CONSENT, "consent_required"),
    "token.not_assigned": _Refusal(
        "invalid_grant", 50105, "The signed in user is not assigned to a role for the application."
    ),
    "token.account_disabled": _Refusal("invalid_grant", 50057, "The user account is disabled."),
}
_CODES = {
    "token.code_reused": _Refusal("invalid_grant", 54005, "OAuth2 Authorization code was already redeemed."),
    "token.code_expired": _Refusal("invalid_grant", 70008, "The provided authorization code has expired."),
}
_REFRESHING = {
    "token.refresh_revoked": _Refusal(
        "invalid_grant",
        50173,
        "The provided grant has expired due to it being revoked, a fresh auth token is needed.",
        "bad_token",
    ),
    "token.refresh_expired": _Refusal(
        "invalid_grant", 700082, "The refresh token has expired due to inactivity.", "bad_token"
    ),
    "token.sign_in_frequency": _Refusal(
        "invalid_grant",
        70043,
        "The refresh token has expired or is invalid due to sign-in frequency checks by conditional access.",
        "token_expired",
    ),
    "token.mfa_required": _Refusal("interaction_required", 50076, _MFA, "basic_action", claims=CLAIMS),
    "token.mfa_step_up": _Refusal("invalid_grant", 50076, _MFA, "basic_action", claims=CLAIMS),
    "token.conditional_access": _Refusal(
        "invalid_grant",
        53003,
        "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
        "message_only",
    ),
    "token.consent_withdrawn": _Refusal("invalid_grant", 65001, _NO_CONSENT, "consent_required"),
}
_BY_GRANT = {"authorization_code": _ALWAYS | _CODES, "refresh_token": _ALWAYS | _REFRESHING}


class Unreadable(TokenError):  # noqa: N818 - what the client finds it to be
    """Ends a call with a body that is no token answer."""

    def response(self) -> Response:
        """The text as it is."""
        return Response(self.message, self.status, media_type="text/html" if self.status != 200 else "application/json")


def raise_fault(faults: Faults, upn: str | None, domain: str, grant_type: str, *, proven: str = "") -> None:
    """Raises the TokenError of a fault, if one is on for this person or tenant.

    What was `proven` when they signed in is not asked for again.
    """
    if fault := faults.take("token.unavailable", upn, domain):
        message = "The service is temporarily unavailable."
        raise TokenError("temporarily_unavailable", 90033, message, status=503, headers=_wait(fault, None))
    if fault := faults.take("token.throttled", upn, domain):
        headers = _wait(fault, _DEFAULT_WAIT)
        raise TokenError("temporarily_unavailable", 90055, "Too many requests.", status=429, headers=headers)
    if faults.take("token.html", upn, domain):
        raise Unreadable("", 0, "<h1>Too many requests</h1>", status=429)
    if faults.take("token.unreadable", upn, domain):
        raise Unreadable("", 0, "{}", status=200)
    for kind, refusal in _BY_GRANT.get(grant_type, _ALWAYS).items():
        if not (refusal.claims and _is_proven(refusal.claims, proven)) and faults.take(kind, upn, domain):
            raise refusal.raised()


def _is_proven(wanted: str, brought: str) -> bool:
    """Whether a sign-in brought just these claims, however they were written."""
    try:
        return bool(json.loads(wanted) == json.loads(brought))
    except ValueError:
        return False


def _wait(fault: Fault, usual: int | None) -> dict[str, str]:
    seconds = usual if fault.retry_after is None else fault.retry_after
    return {} if seconds is None else {"Retry-After": str(seconds)}


def told_subject(world: World, subject: Subject) -> Subject:
    """Whom the id_token names: the person, unless a fault makes it somebody else or somewhere else."""
    upn = subject.person.upn
    if world.faults.take("token.wrong_person", upn):
        other = next(person for person in subject.tenant.people.values() if person.oid != subject.person.oid)
        return Subject(subject.tenant, other)
    if world.faults.take("token.wrong_tenant", upn):
        return Subject(world.other_tenant(subject.tenant), subject.person)
    return subject


def spoilt_claims(faults: Faults, upn: str) -> dict[str, Any]:
    """Claims of the id_token that a fault replaces."""
    spoilt: dict[str, Any] = {}
    if faults.take("token.wrong_audience", upn):
        spoilt["aud"] = "99999999-0000-4000-8000-000000000009"
    if faults.take("token.wrong_issuer", upn):
        spoilt["iss"] = "https://login.contoso-sign-in.example/v2.0"
    if faults.take("token.id_token_expired", upn):
        now = int(time.time())
        spoilt |= {"iat": now - 2 * _HOUR, "nbf": now - 2 * _HOUR, "exp": now - _HOUR}
    return spoilt
