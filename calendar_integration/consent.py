"""The journey of one person to Microsoft and back: begin, complete, and give up on those who never return."""

import json
import logging
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.models import AuditAction, User
from calendar_integration import answers, connecting, id_token, scopes, tokens
from calendar_integration.clients.selection import client_for_token
from calendar_integration.errors import CalendarError, InvalidClientError, UnavailableError
from calendar_integration.models import (
    AuthorizationAttempt,
    CalendarService,
    Connection,
    ConnectionState,
    Outcome,
)
from calendar_integration.models.authorization import LIFETIME

logger = logging.getLogger(__name__)

REDEEMING = timedelta(minutes=2)  # longer than every time limit on the way to a token


class NoTenantError(Exception):
    """The account has no calendar service, or one without tenant: nobody can be sent anywhere."""


@dataclass(frozen=True)
class Ending:
    """How an attempt ended, with a sentence's worth of detail for the person."""

    outcome: Outcome
    detail: str = ""


def begin(user: User, next_path: str) -> tuple[AuthorizationAttempt, str]:
    """Start an attempt; answers it and the address at Microsoft.

    Where Microsoft cannot be reached the address is empty and the attempt has ended. Raises NoTenantError.
    """
    tenant_id = tenant_of(user)
    attempt = _open_attempt(user, next_path)
    try:
        flow = tokens.begin_flow(tenant_id, state=attempt.state, redirect_uri=redirect_uri(), login_hint=user.email)
    except CalendarError as error:
        finish(attempt, Ending(Outcome.UNAVAILABLE, str(error)))
        return attempt, ""
    attempt.flow = json.dumps(flow)
    attempt.save(update_fields=["flow"])
    return attempt, flow["auth_uri"]


def complete(user: User, query: Mapping[str, str]) -> AuthorizationAttempt | None:
    """Take Microsoft's answer; answers the attempt it ended, or None where there is none it could be for.

    A state that is unknown, another person's, used or too old belongs to no attempt: nothing changes.
    """
    attempt = _claim(user, query.get("state", "").replace("\0", ""))
    if attempt is None:
        return None
    ending = _evaluate(attempt, query)
    finish(attempt, ending)
    return attempt


def finish(attempt: AuthorizationAttempt, ending: Ending) -> None:
    """Write down how it ended; a connection still waiting for it goes back to where it was."""
    with transaction.atomic():
        attempt.outcome, attempt.detail, attempt.flow = ending.outcome, ending.detail[:300], ""
        attempt.ended_at = timezone.now()
        attempt.save(update_fields=["outcome", "detail", "flow", "ended_at"])
        if ending.outcome != Outcome.CONNECTED:
            _step_back(attempt)
        audit.record(
            AuditAction.AUTHORIZATION_ENDED,
            account=attempt.account,
            actor=attempt.user,
            target=attempt.user,
            after={"outcome": ending.outcome},
            reason=attempt.detail,
            reference=attempt.reference,
        )
    logger.info("authorization %s of user %s ended: %s", attempt.reference, attempt.user_id, ending.outcome)


def expire() -> int:
    """End the attempts that have been open for longer than fifteen minutes; answers how many.

    Those too whose answer was being redeemed when the process died.
    """
    now = timezone.now()
    never_back, died = Q(ended_at=None, started_at__lt=now - LIFETIME), Q(outcome="", ended_at__lt=now - REDEEMING)
    late = AuthorizationAttempt.objects.filter(never_back | died).select_related("account", "user")[:500]
    for attempt in late:
        finish(attempt, Ending(Outcome.EXPIRED))
    return len(late)


def tenant_of(user: User) -> uuid.UUID:
    """The tenant of the person's account. Raises NoTenantError."""
    service = CalendarService.objects.filter(account=user.account, is_enabled=True).first()
    if service is None or service.tenant_id is None:
        raise NoTenantError
    return service.tenant_id


def redirect_uri() -> str:
    """Where Microsoft sends people back to; it must be registered with exactly this spelling."""
    return settings.PORTAL_URL + reverse("office365_callback")


def _open_attempt(user: User, next_path: str) -> AuthorizationAttempt:
    with transaction.atomic():
        connection, _ = Connection.objects.select_for_update().get_or_create(
            user=user, defaults={"account": user.account}
        )
        attempt = AuthorizationAttempt.objects.create(
            account=user.account,
            user=user,
            state=secrets.token_urlsafe(32),
            next_path=next_path,
            state_before=_resting_state(connection),
        )
        if not connection.is_active:
            connection.state = ConnectionState.PENDING
            connection.save(update_fields=["state"])
    return attempt


def _resting_state(connection: Connection) -> str:
    """The state to go back to: that of the connection, or of the open attempt that made it pending."""
    if connection.state != ConnectionState.PENDING:
        return connection.state
    earlier = AuthorizationAttempt.objects.filter(user=connection.user_id, ended_at=None).order_by("-pk").first()
    return earlier.state_before if earlier else ConnectionState.NONE


def _step_back(attempt: AuthorizationAttempt) -> None:
    others_open = AuthorizationAttempt.objects.filter(user=attempt.user, ended_at=None).exclude(pk=attempt.pk)
    if others_open.filter(started_at__gt=timezone.now() - LIFETIME).exists():
        return
    blocked = attempt.outcome == Outcome.CONSENT_REQUIRED
    state = ConnectionState.BLOCKED_BY_ADMIN if blocked else attempt.state_before
    Connection.objects.filter(user=attempt.user, state=ConnectionState.PENDING).update(state=state)


def _claim(user: User, state: str) -> AuthorizationAttempt | None:
    """This person's open attempt with that state, marked as used; None where there is none."""
    attempt = (
        AuthorizationAttempt.objects.select_related("account", "user")
        .filter(user=user, state=state, ended_at=None, started_at__gt=timezone.now() - LIFETIME)
        .exclude(flow="")
        .first()
    )
    return attempt if attempt and _mark_used(attempt) else None


def _mark_used(attempt: AuthorizationAttempt) -> bool:
    """Whether this call is the one that ends the attempt: of two at once, one wins."""
    open_attempt = AuthorizationAttempt.objects.filter(pk=attempt.pk, ended_at=None)
    return bool(open_attempt.update(ended_at=timezone.now()))


def _evaluate(attempt: AuthorizationAttempt, query: Mapping[str, str]) -> Ending:
    error_outcome = answers.outcome_of_error(query)
    if error_outcome:
        # Microsoft's words, shortened: they help the administrator who looks the reference up.
        return Ending(error_outcome, query.get("error_description", query.get("error", "")).split("\r\n")[0])
    try:
        grant = tokens.redeem(tenant_of(attempt.user), json.loads(attempt.flow), dict(query))
        return _accept(attempt, grant)
    except tokens.AuthorizationRefusedError as error:
        return Ending(answers.outcome_of_refusal(error.error, error.suberror), str(error))
    except (UnavailableError, InvalidClientError) as error:
        return Ending(Outcome.UNAVAILABLE, str(error))
    except (CalendarError, NoTenantError) as error:
        return Ending(Outcome.ERROR, str(error))


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
    missing = scopes.missing(grant.granted_scopes)
    if missing:
        return Ending(Outcome.FEWER_SCOPES, ", ".join(scopes.IN_WORDS[scope] for scope in missing))
    identity = id_token.identity(grant.claims)
    if not _is_mailbox_of(attempt.user, identity, grant):
        return Ending(Outcome.WRONG_MAILBOX, identity.user_principal_name)
    connecting.connect(attempt.user, identity, grant)
    return Ending(Outcome.CONNECTED)


def _is_mailbox_of(user: User, identity: id_token.Identity, grant: tokens.Grant) -> bool:
    """Whether the mailbox is the signed-in person's, by mail address or principal name.

    Graph is asked as well, with the token that will read the mailbox: the two have to be about the same person.
    """
    profile = client_for_token(grant.access_token).me()
    names = (profile.mail.lower(), profile.user_principal_name.lower())
    return user.email in names and profile.oid.lower() == str(identity.oid)
