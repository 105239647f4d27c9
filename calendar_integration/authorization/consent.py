"""The journey of one person to Microsoft and back: begin, and complete."""

import json
from collections.abc import Mapping

from django.conf import settings
from django.urls import reverse

from accounts.models import User
from calendar_integration import scopes, tokens
from calendar_integration.authorization import attempts
from calendar_integration.authorization.attempts import Ending
from calendar_integration.authorization.evaluation import NoTenantError, evaluate, tenant_of
from calendar_integration.availability import Availability, availability_of
from calendar_integration.company_consent import consent_state
from calendar_integration.errors import CalendarError
from calendar_integration.models import AuthorizationAttempt, CalendarService, Connection, Outcome


class CannotConnectError(Exception):
    """Nobody is sent to Microsoft; `availability` says why."""

    def __init__(self, availability: Availability) -> None:
        super().__init__(availability.words)
        self.availability = availability


def begin(user: User, next_path: str, *, silent: bool = False) -> tuple[AuthorizationAttempt, str]:
    """Start an attempt; answers it and the address at Microsoft, which is told to ask nothing if it is to be silent.

    Where Microsoft cannot be reached the address is empty and the attempt has ended. Raises CannotConnectError where
    the integration is off for them or the company has no service, and TooManyAttemptsError where they went too often.
    """
    availability = availability_of(user)
    if availability.obstacle:
        raise CannotConnectError(availability)
    attempt = attempts.open_attempt(
        user, next_path, availability.permissions, ews_url=availability.integration.ews_url, is_silent=silent
    )
    try:
        flow = tokens.begin_flow(
            tenant_of(user),
            scopes.wanted(attempt.permissions),
            state=attempt.state,
            redirect_uri=redirect_uri(),
            login_hint=user.email,
            silent=silent,
            claims=_claims_for(user),
        )
    except (CalendarError, NoTenantError) as error:
        attempts.finish(attempt, Ending(Outcome.UNAVAILABLE, str(error)))
        return attempt, ""
    attempt.flow = json.dumps(flow)
    attempt.save(update_fields=["flow"])
    return attempt, flow["auth_uri"]


def _claims_for(user: User) -> str:
    """What Microsoft wants this person to prove since it last refused a token of theirs."""
    known = Connection.objects.filter(user=user).values_list("claims_challenge", flat=True)
    return known.first() or ""


def complete(user: User, query: Mapping[str, str]) -> AuthorizationAttempt | None:
    """Take Microsoft's answer; answers the attempt it ended, or None where there is none it could be for.

    A state that is unknown, another person's, used or too old belongs to no attempt: nothing changes.
    """
    state = query.get("state", "").replace("\0", "")
    attempt = attempts.claim(user, state)
    if attempt is None:
        return attempts.ended_by_policy(user, state)
    ending = evaluate(attempt, query)
    attempts.finish(attempt, ending)
    _note(attempt)
    return attempt


def _note(attempt: AuthorizationAttempt) -> None:
    """What the end of an attempt says of the company."""
    if attempt.outcome == Outcome.CONSENT_REQUIRED and attempt.refused_by_microsoft:
        consent_state.note_refusal(attempt.account, is_companys=False, actor=attempt.user)
    if attempt.outcome == Outcome.CONNECTED and attempt.is_silent:
        CalendarService.objects.filter(account=attempt.account).update(federation_shown_at=attempt.ended_at)


def redirect_uri() -> str:
    """Where Microsoft sends people back to; it must be registered with exactly this spelling."""
    return settings.PORTAL_URL + reverse("office365_callback")
