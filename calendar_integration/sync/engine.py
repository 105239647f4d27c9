"""Synchronising one mailbox: lease, token, rounds, and what a failure means for the next time."""

import logging
import random
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts import audit
from accounts.models import AuditAction
from calendar_integration import tokens
from calendar_integration.clients.selection import client_for_token
from calendar_integration.errors import (
    CalendarError,
    InvalidGrantError,
    LeaseLostError,
    MailboxUnsupportedError,
    OurMistakeError,
    TokenRefusedError,
    TokensLostError,
)
from calendar_integration.models import ACTIVE_STATES, Connection, ConnectionState, Stream, StreamKind
from calendar_integration.sync import leases
from calendar_integration.sync.leases import lease
from calendar_integration.sync.rounds import RoundResult, run_round

logger = logging.getLogger(__name__)

FIRST_BACK_OFF = timedelta(seconds=30)
LONGEST_BACK_OFF = timedelta(hours=1)
GRANT_GRACE = timedelta(minutes=15)


class Status(StrEnum):
    """How a sync went."""

    DONE = "done"
    BUSY = "busy"
    NOT_CONNECTED = "not_connected"
    FAILED = "failed"


@dataclass(frozen=True)
class SyncResult:
    """How a sync went, with its rounds, or with the error that ended it."""

    status: Status
    rounds: tuple[RoundResult, ...] = ()
    error: CalendarError | None = None


def sync_connection(connection_id: int) -> SyncResult:
    """Bring a mailbox's rows up to date. What Microsoft does is in the result, not raised."""
    with lease(connection_id) as lease_id:
        if lease_id is None:
            return SyncResult(Status.BUSY)
        connection = Connection.objects.filter(pk=connection_id, state__in=ACTIVE_STATES).first()
        if connection is None:
            return SyncResult(Status.NOT_CONNECTED)
        try:
            rounds = _run(connection, lease_id)
        except LeaseLostError as error:
            return SyncResult(Status.BUSY, error=error)
        except CalendarError as error:
            note_failure(connection, lease_id, error)
            return SyncResult(Status.FAILED, error=error)
        except Exception:
            # Our own mistake: the mailbox waits its turn, and the door above says what it was.
            note_failure(connection, lease_id, OurMistakeError("unexpected"))
            raise
        _note_success(connection, lease_id)
        return SyncResult(Status.DONE, rounds)


def _run(connection: Connection, lease_id: uuid.UUID) -> tuple[RoundResult, ...]:
    """A round of every stream. One that fails holds up no other; the first failure is raised at the end."""
    client = client_for_token(tokens.access_token(connection))
    rounds, failures = [], []
    for kind in _kinds(connection):
        try:
            rounds.append(run_round(client, _stream(connection, kind, lease_id), lease_id))
        except LeaseLostError:
            raise
        except CalendarError as error:
            failures.append(error)
    if failures:
        raise failures[0]
    return tuple(rounds)


def _kinds(connection: Connection) -> list[StreamKind]:
    """What is read: contacts only where they were authorized."""
    return [kind for kind in StreamKind if kind != StreamKind.CONTACTS or connection.permissions.reads_contacts]


def _stream(connection: Connection, kind: StreamKind, lease_id: uuid.UUID) -> Stream:
    """How far it was read. Raises LeaseLostError where a new one would be of a mailbox that is no longer ours."""
    stream = Stream.objects.filter(connection=connection, kind=kind).first()
    if stream is not None:
        return stream
    with transaction.atomic():
        leases.confirm(connection.pk, lease_id)
        return Stream.objects.create(connection=connection, kind=kind)


def _note_success(connection: Connection, lease_id: uuid.UUID) -> None:
    now = timezone.now()
    interval = timedelta(seconds=settings.SYNC_INTERVAL_SECONDS)
    _still_ours(connection, lease_id).update(
        state=ConnectionState.ACTIVE,
        last_good_sync_at=now,
        next_attempt_at=now + interval * random.uniform(0.9, 1.1),  # noqa: S311 - spreads mailboxes, keeps no secret
        failures=0,
        last_error="",
        invalid_grant_at=None,
    )


def note_failure(connection: Connection, lease_id: uuid.UUID, error: CalendarError) -> None:
    """Write down what happened and when to try again; give up only where a person has to act.

    Nothing is written where the mailbox is no longer ours: its owner has connected anew, or somebody took over.
    """
    now = timezone.now()
    logger.warning("connection %s: %s", connection.pk, error)
    if isinstance(error, TokenRefusedError):
        tokens.forget_access_tokens(connection)
    lost = _state_after(connection, error, now)
    changes: dict[str, object] = {"failures": connection.failures + 1, "last_error": error.in_words}
    changes["next_attempt_at"] = None if lost else now + wait_after(connection.failures, error)
    if isinstance(error, InvalidGrantError) and connection.invalid_grant_at is None:
        changes["invalid_grant_at"] = now
    with transaction.atomic():
        rows = _still_ours(connection, lease_id)
        if rows.update(**changes, **({"state": lost} if lost else {})) and lost:
            audit.record(
                AuditAction.CONNECTION_LOST,
                account=connection.account,
                actor=audit.WORKER,
                target=connection.user,
                before={"state": connection.state},
                after={"state": lost},
                reason=str(error),
            )


def _still_ours(connection: Connection, lease_id: uuid.UUID) -> QuerySet[Connection]:
    return Connection.objects.filter(pk=connection.pk, lease_id=lease_id, state__in=ACTIVE_STATES)


def _state_after(connection: Connection, error: CalendarError, now: datetime) -> ConnectionState | None:
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
    if isinstance(error, InvalidGrantError):
        return GRANT_GRACE
    if error.permanent:
        return LONGEST_BACK_OFF
    doubled: timedelta = FIRST_BACK_OFF * 2 ** min(failures, 10)
    backed_off = min(doubled, LONGEST_BACK_OFF) * random.uniform(0.5, 1)  # noqa: S311 - jitter keeps no secret
    return max(backed_off, error.retry_after) if error.retry_after else backed_off
