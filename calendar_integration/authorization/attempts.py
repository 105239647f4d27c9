"""Attempts to authorize Office 365: opened, claimed by one answer, ended or given up, and deleted when they are old."""

import logging
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts import audit
from accounts.models import AuditAction, User
from accounts.tiered_settings import revision
from calendar_integration import clock
from calendar_integration.integration_setting import Permissions
from calendar_integration.models import AuthorizationAttempt, Connection, ConnectionState, Outcome
from calendar_integration.models.authorization import LIFETIME

logger = logging.getLogger(__name__)

REDEEMING = timedelta(minutes=10)  # no redemption that is still under way takes so long
MOST, MOST_WITHIN = 20, timedelta(hours=1)  # attempts of one person: more than anybody needs
KEPT = timedelta(days=90)
WRITTEN_AT_THE_END = ("outcome", "detail", "refused_by_microsoft", "flow", "ended_at")
DELETED_TOGETHER = 5000  # per run, so that a long backlog holds nothing up


class TooManyAttemptsError(Exception):
    """The person has gone to Microsoft so often within the last hour that they have to wait."""


@dataclass(frozen=True)
class Ending:
    """How an attempt ended, with a sentence's worth of detail for the person, and whether Microsoft itself refused."""

    outcome: Outcome
    detail: str = ""
    refused_by_microsoft: bool = False


def open_attempt(
    user: User, next_path: str, permissions: Permissions, *, ews_url: str = "", is_silent: bool = False
) -> AuthorizationAttempt:
    """Begin one, with a state of its own; the person's connection is pending from now on, unless it works.

    Raises TooManyAttemptsError.
    """
    with transaction.atomic():
        # The order in which every change of settings takes its locks: the account, then connections.
        revision.lock(user.account)
        connection, _ = Connection.objects.select_for_update().get_or_create(
            user=user, defaults={"account": user.account}
        )
        _refuse_if_too_many(user)
        attempt = AuthorizationAttempt(
            account=user.account,
            user=user,
            state=secrets.token_urlsafe(32),
            next_path=next_path,
            state_before=_resting_state(connection),
            ews_url=ews_url,
            is_silent=is_silent,
        )
        attempt.permissions = permissions
        attempt.save()
        if not connection.is_active:
            connection.state = ConnectionState.PENDING
            connection.save(update_fields=["state"])
    return attempt


def _refuse_if_too_many(user: User) -> None:
    recent = AuthorizationAttempt.objects.filter(user=user, started_at__gt=timezone.now() - MOST_WITHIN)
    if recent.count() >= MOST:
        raise TooManyAttemptsError


def _resting_state(connection: Connection) -> str:
    """The state to go back to: that of the connection, or of the open attempt that made it pending."""
    if connection.state != ConnectionState.PENDING:
        return connection.state
    earlier = AuthorizationAttempt.objects.filter(user=connection.user_id, outcome="").order_by("-pk").first()
    return earlier.state_before if earlier else ConnectionState.NONE


def _step_back(attempt: AuthorizationAttempt) -> None:
    others_open = AuthorizationAttempt.objects.filter(user=attempt.user, ended_at=None).exclude(pk=attempt.pk)
    if others_open.filter(started_at__gt=timezone.now() - LIFETIME).exists():
        return
    blocked = attempt.outcome == Outcome.CONSENT_REQUIRED
    state = ConnectionState.BLOCKED_BY_ADMIN if blocked else attempt.state_before
    Connection.objects.filter(user=attempt.user, state=ConnectionState.PENDING).update(state=state)


def claim(user: User, state: str) -> AuthorizationAttempt | None:
    """This person's open attempt with that state, marked as used; None where there is none."""
    attempt = (
        AuthorizationAttempt.objects.select_related("account", "user")
        .filter(user=user, state=state, ended_at=None, started_at__gt=timezone.now() - LIFETIME)
        .exclude(flow="")
        .first()
    )
    return attempt if attempt and _mark_used(attempt) else None


def ended_by_policy(user: User, state: str) -> AuthorizationAttempt | None:
    """This person's recent attempt with that state, if a setting ended it while they were at Microsoft."""
    recent = AuthorizationAttempt.objects.filter(user=user, state=state, started_at__gt=timezone.now() - LIFETIME)
    return recent.filter(outcome=Outcome.SETTING_CHANGED).first()


def _mark_used(attempt: AuthorizationAttempt) -> bool:
    """Whether this call is the one that ends the attempt: of two at once, one wins."""
    open_attempt = AuthorizationAttempt.objects.filter(pk=attempt.pk, ended_at=None)
    return bool(open_attempt.update(ended_at=timezone.now()))


def finish(attempt: AuthorizationAttempt, ending: Ending) -> None:
    """Write down how it ended, once; a connection still waiting for it goes back to where it was."""
    # One line, whatever a browser brought: it becomes the reason of an audit row.
    attempt.detail = " ".join(ending.detail.replace("\0", "").split())[:300]
    attempt.outcome, attempt.refused_by_microsoft = ending.outcome, ending.refused_by_microsoft
    attempt.flow, attempt.ended_at = "", timezone.now()
    with transaction.atomic():
        written = {name: getattr(attempt, name) for name in WRITTEN_AT_THE_END}
        if not AuthorizationAttempt.objects.filter(pk=attempt.pk, outcome="").update(**written):
            return
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
    now = clock.now()
    never_back, died = Q(ended_at=None, started_at__lt=now - LIFETIME), Q(outcome="", ended_at__lt=now - REDEEMING)
    late = AuthorizationAttempt.objects.filter(never_back | died).select_related("account", "user")[:500]
    for attempt in late:
        finish(attempt, Ending(Outcome.EXPIRED))
    return len(late)


def delete_old() -> int:
    """Delete attempts that ended more than 90 days ago; answers how many.

    The last one of somebody who did not connect stays: it tells them, and their pages, what keeps them waiting.
    """
    later = AuthorizationAttempt.objects.filter(user=OuterRef("user"), pk__gt=OuterRef("pk"))
    old = AuthorizationAttempt.objects.exclude(outcome="").filter(ended_at__lt=timezone.now() - KEPT)
    unneeded = old.filter(Exists(later) | Q(outcome=Outcome.CONNECTED)).order_by("pk").values_list("pk", flat=True)
    deleted, _ = AuthorizationAttempt.objects.filter(pk__in=list(unneeded[:DELETED_TOGETHER])).delete()
    return deleted
