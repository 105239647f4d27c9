"""The journey of one person to Microsoft and back: begin, and complete."""

import json
import uuid
from collections.abc import Mapping

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from calendar_integration import answers, attempts, connecting, id_token, scopes, tokens
from calendar_integration.attempts import Ending
from calendar_integration.availability import Availability, availability_of
from calendar_integration.clients.selection import client_for_token
from calendar_integration.connecting import MeanwhileForbiddenError
from calendar_integration.errors import CalendarError, InvalidClientError, UnavailableError
from calendar_integration.models import AuthorizationAttempt, CalendarService, Outcome


class CannotConnectError(Exception):
    """Nobody is sent to Microsoft; `availability` says why."""

    def __init__(self, availability: Availability) -> None:
        super().__init__(availability.words)
        self.availability = availability


class NoTenantError(Exception):
    """The account has no calendar service, or one without tenant."""


def begin(user: User, next_path: str) -> tuple[AuthorizationAttempt, str]:
    """Start an attempt; answers it and the address at Microsoft.

    Where Microsoft cannot be reached the address is empty and the attempt has ended. Raises CannotConnectError where
    the integration is off for them, Atrium cannot do what was chosen, or the company has no service, and
    TooManyAttemptsError where they went too often.
    """
    availability = availability_of(user)
    if availability.obstacle:
        raise CannotConnectError(availability)
    attempt = attempts.open_attempt(user, next_path, availability.permissions)
    try:
        flow = tokens.begin_flow(
            tenant_of(user),
            scopes.wanted(attempt.permissions),
            state=attempt.state,
            redirect_uri=redirect_uri(),
            login_hint=user.email,
        )
    except (CalendarError, NoTenantError) as error:
        attempts.finish(attempt, Ending(Outcome.UNAVAILABLE, str(error)))
        return attempt, ""
    attempt.flow = json.dumps(flow)
    attempt.save(update_fields=["flow"])
    return attempt, flow["auth_uri"]


def complete(user: User, query: Mapping[str, str]) -> AuthorizationAttempt | None:
    """Take Microsoft's answer; answers the attempt it ended, or None where there is none it could be for.

    A state that is unknown, another person's, used or too old belongs to no attempt: nothing changes.
    """
    state = query.get("state", "").replace("\0", "")
    attempt = attempts.claim(user, state)
    if attempt is None:
        return attempts.ended_by_policy(user, state)
    ending = _evaluate(attempt, query)
    attempts.finish(attempt, ending)
    return attempt


def tenant_of(user: User) -> uuid.UUID:
    """The tenant of the person's account. Raises NoTenantError."""
    service = CalendarService.objects.ready().filter(account=user.account).first()
    if service is None or service.tenant_id is None:
        raise NoTenantError
    return service.tenant_id


def redirect_uri() -> str:
    """Where Microsoft sends people back to; it must be registered with exactly this spelling."""
    return settings.PORTAL_URL + reverse("office365_callback")


def _evaluate(attempt: AuthorizationAttempt, query: Mapping[str, str]) -> Ending:
    error_outcome = answers.outcome_of_error(query)
    if error_outcome:
        # Microsoft's words, shortened: they help the administrator who looks the reference up.
        return Ending(error_outcome, query.get("error_description", query.get("error", "")))
    try:
        grant = tokens.redeem(tenant_of(attempt.user), json.loads(attempt.flow), dict(query))
        return _accept(attempt, grant)
    except tokens.AuthorizationRefusedError as error:
        return Ending(answers.outcome_of_refusal(error.error, error.suberror), str(error), refused_by_microsoft=True)
    except (UnavailableError, InvalidClientError) as error:
        return Ending(Outcome.UNAVAILABLE, str(error))
    except (CalendarError, NoTenantError) as error:
        return Ending(Outcome.ERROR, str(error))
    except MeanwhileForbiddenError as forbidden:
        return Ending(forbidden.outcome, forbidden.words)


def _accept(attempt: AuthorizationAttempt, grant: tokens.Grant) -> Ending:
    """Connect the mailbox if the grant is for the right tenant, person and permissions."""
    tenant_id = tenant_of(attempt.user)
    flaw = id_token.find_flaw(
        grant.claims,
        client_id=settings.MS_CLIENT_ID,
        tenant_id=tenant_id,
        authority_host=settings.MS_AUTHORITY_HOST,
        now=timezone.now(),
    )
    if flaw:
        return Ending(
            Outcome.WRONG_TENANT if flaw is id_token.Flaw.TENANT else Outcome.INVALID_TOKEN,
            f"id token: {flaw}",
        )
    missing = scopes.missing(grant.granted_scopes, scopes.wanted(attempt.permissions))
    if missing:
        return Ending(Outcome.FEWER_SCOPES, ", ".join(scopes.IN_WORDS[scope] for scope in missing))
    identity = id_token.identity(grant.claims)
    if not _is_mailbox_of(attempt.user, identity, grant):
        return Ending(Outcome.WRONG_MAILBOX, identity.user_principal_name)
    connecting.connect(attempt.user, identity, grant, attempt.permissions)
    return Ending(Outcome.CONNECTED)


def _is_mailbox_of(user: User, identity: id_token.Identity, grant: tokens.Grant) -> bool:
    """Whether the mailbox is the signed-in person's, by mail address or principal name.

    Graph is asked as well, with the token that will read the mailbox: the two have to be about the same person.
    """
    profile = client_for_token(grant.access_token).me()
    names = (profile.mail.lower(), profile.user_principal_name.lower())
    return user.email in names and profile.oid.lower() == str(identity.oid)
