"""What a failure means for a mailbox: when to try again, what its owner reads, and whether a person has to act."""

import logging
import random
import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import AuditAction
from calendar_integration import client_secret, consent_state, notices, tokens
from calendar_integration.errors import (
    CalendarError,
    ConsentRefusedError,
    InteractionRequiredError,
    InvalidClientError,
    InvalidGrantError,
    MailboxUnsupportedError,
    TokenRefusedError,
    TokensLostError,
)
from calendar_integration.models import ACTIVE_STATES, Connection, ConnectionState
from calendar_integration.sync import leases

logger = logging.getLogger(__name__)

FIRST_BACK_OFF = timedelta(seconds=30)
LONGEST_BACK_OFF = timedelta(hours=1)
GRANT_GRACE = timedelta(minutes=15)
SEVERAL = 2  # people to whom consent is refused, from which on it is taken to be the company's


def note_failure(connection: Connection, lease_id: uuid.UUID, error: CalendarError) -> None:
    """Write down what happened and when to try again; give up only where a person has to act.

    Nothing is written where the mailbox is no longer ours: its owner has connected anew, or somebody took over.
    """
    now = timezone.now()
    logger.warning("connection %s: %s", connection.pk, error)
    if isinstance(error, TokenRefusedError):
        tokens.forget_access_tokens(connection)
    lost = state_after(connection, error, now)
    changes: dict[str, object] = {"failures": connection.failures + 1, "last_error": error.in_words}
    changes["next_attempt_at"] = None if lost else now + wait_after(connection.failures, error)
    if lost:
        changes |= {"state": lost, "told_to_reauthorize_at": None}
    if isinstance(error, InvalidGrantError) and connection.invalid_grant_at is None:
        changes["invalid_grant_at"] = now
    if isinstance(error, InteractionRequiredError) and error.claims:
        changes["claims_challenge"] = error.claims
    with transaction.atomic():
        if leases.ours(connection.pk, lease_id).update(**changes) and lost:
            _say_lost(connection, lost, error)
    _tell_company(connection, error)


def _say_lost(connection: Connection, lost: ConnectionState, error: CalendarError) -> None:
    audit.record(
        AuditAction.CONNECTION_LOST,
        account=connection.account,
        actor=audit.WORKER,
        target=connection.user,
        before={"state": connection.state},
        after={"state": lost},
        reason=str(error),
    )
    if lost == ConnectionState.NEEDS_REAUTHORIZATION:
        notices.enqueue(notices.REAUTHORIZE_TASK, connection.pk)


def _tell_company(connection: Connection, error: CalendarError) -> None:
    """What is not this person's alone, noted for the whole account; its other mailboxes find out by themselves."""
    if isinstance(error, InvalidClientError):
        client_secret.note_refused(connection.account)
    if isinstance(error, ConsentRefusedError):
        consent_state.note_refusal(connection.account, is_companys=_is_companys(connection))


def _is_companys(connection: Connection) -> bool:
    """Whether consent is refused to several people of the company, or to all there are."""
    connected = Connection.objects.filter(account=connection.account_id, state__in=ACTIVE_STATES)
    refused = connected.filter(failures__gt=0, last_error=ConsentRefusedError.in_words).count()
    return refused >= SEVERAL or refused >= connected.count()


def state_after(connection: Connection, error: CalendarError, now: datetime) -> ConnectionState | None:
    """The state a failure ends in, or None where trying again may help."""
    if isinstance(error, MailboxUnsupportedError):
        return ConnectionState.MAILBOX_UNSUPPORTED
    if isinstance(error, TokensLostError):
        return ConnectionState.NEEDS_REAUTHORIZATION
    refused_since = connection.invalid_grant_at
    if isinstance(error, InvalidGrantError) and refused_since and now - refused_since >= GRANT_GRACE:
        return ConnectionState.NEEDS_REAUTHORIZATION
    return None


def wait_after(failures: int, error: CalendarError) -> timedelta:
    """How long to wait after this error and so many failures before it: what was asked for, or longer and longer."""
    if isinstance(error, InvalidGrantError | ConsentRefusedError):
        return GRANT_GRACE
    if error.permanent:
        return LONGEST_BACK_OFF
    doubled: timedelta = FIRST_BACK_OFF * 2 ** min(failures, 10)
    backed_off = min(doubled, LONGEST_BACK_OFF) * random.uniform(0.5, 1)  # noqa: S311 - jitter keeps no secret
    return max(backed_off, error.retry_after) if error.retry_after else backed_off
