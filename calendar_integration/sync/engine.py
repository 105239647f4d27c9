"""Synchronising one mailbox: lease, token, rounds, and what a failure means for the next time."""

import logging
import random
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import AuditAction
from calendar_integration import tokens
from calendar_integration.clients.selection import client_for_token
from calendar_integration.errors import (
    AccessDeniedError,
    CalendarError,
    InvalidGrantError,
    LeaseLostError,
    MailboxUnsupportedError,
)
from calendar_integration.models import ACTIVE_STATES, Connection, ConnectionState, Stream, StreamKind
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
    """Bring a mailbox's rows up to date. Never raises for what Microsoft does: the result says it."""
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
            _note_failure(connection, error)
            return SyncResult(Status.FAILED, error=error)
        _note_success(connection)
        return SyncResult(Status.DONE, rounds)


def _run(connection: Connection, lease_id: uuid.UUID) -> tuple[RoundResult, ...]:
    client = client_for_token(tokens.access_token(connection))
    streams = [_stream(connection, kind) for kind in StreamKind]
    return tuple(run_round(client, stream, lease_id) for stream in streams)


def _stream(connection: Connection, kind: StreamKind) -> Stream:
    stream = Stream.objects.filter(connection=connection, kind=kind).first()
    return stream or Stream.objects.create(connection=connection, kind=kind)


def _note_success(connection: Connection) -> None:
    now = timezone.now()
    interval = timedelta(seconds=settings.SYNC_INTERVAL_SECONDS)
    Connection.objects.filter(pk=connection.pk, state__in=ACTIVE_STATES).update(
        state=ConnectionState.ACTIVE,
        last_good_sync_at=now,
        next_attempt_at=now + interval * random.uniform(0.9, 1.1),  # noqa: S311 - spreads mailboxes, keeps no secret
        failures=0,
        last_error="",
        invalid_grant_at=None,
    )


def _note_failure(connection: Connection, error: CalendarError) -> None:
    """Write down what happened and when to try again; give up only where a person has to act."""
    now = timezone.now()
    logger.warning("connection %s: %s", connection.pk, error)
    lost = _state_after(connection, error, now)
    changes: dict[str, object] = {"failures": connection.failures + 1, "last_error": str(error)[:300]}
    changes["next_attempt_at"] = None if lost else now + wait_after(connection.failures, error)
    if isinstance(error, InvalidGrantError) and connection.invalid_grant_at is None:
        changes["invalid_grant_at"] = now
    with transaction.atomic():
        rows = Connection.objects.filter(pk=connection.pk, state__in=ACTIVE_STATES)
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


def _state_after(connection: Connection, error: CalendarError, now: datetime) -> ConnectionState | None:
    """The state a failure ends in, or None where trying again may help."""
    if isinstance(error, MailboxUnsupportedError):
        return ConnectionState.MAILBOX_UNSUPPORTED
    refused_since = connection.invalid_grant_at
    if isinstance(error, InvalidGrantError) and refused_since and now - refused_since >= GRANT_GRACE:
        return ConnectionState.NEEDS_REAUTHORIZATION
    return None


def wait_after(failures: int, error: CalendarError) -> timedelta:
    """How long to wait after this error and so many failures before it: what was asked for, or longer and longer."""
    if isinstance(error, InvalidGrantError):
        return GRANT_GRACE
    if isinstance(error, AccessDeniedError):
        return LONGEST_BACK_OFF
    doubled: timedelta = FIRST_BACK_OFF * 2 ** min(failures, 10)
    backed_off = min(doubled, LONGEST_BACK_OFF) * random.uniform(0.5, 1)  # noqa: S311 - jitter keeps no secret
    return max(backed_off, error.retry_after) if error.retry_after else backed_off
