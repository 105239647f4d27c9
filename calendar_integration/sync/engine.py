"""Synchronising one mailbox: lease, token, rounds."""

import random
import uuid
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from calendar_integration import client_secret, tokens
from calendar_integration.clients.selection import client_for_token
from calendar_integration.errors import CalendarError, LeaseLostError, OurMistakeError
from calendar_integration.integration_setting import Method
from calendar_integration.models import ACTIVE_STATES, Connection, ConnectionState, Stream, StreamKind
from calendar_integration.sync import leases
from calendar_integration.sync.failures import note_failure
from calendar_integration.sync.leases import lease
from calendar_integration.sync.listening import GoodSync, waits_after
from calendar_integration.sync.rounds import RoundResult, run_round


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
        connection = Connection.objects.filter(pk=connection_id, state__in=ACTIVE_STATES, method=Method.GRAPH).first()
        if connection is None:
            return SyncResult(Status.NOT_CONNECTED)
        began = timezone.now()
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
        _note_success(connection, lease_id, GoodSync(rounds, began))
        return SyncResult(Status.DONE, rounds)


def _run(connection: Connection, lease_id: uuid.UUID) -> tuple[RoundResult, ...]:
    """A round of every stream. One that fails holds up no other; the first failure is raised at the end."""
    client = client_for_token(_token(connection), connection.permissions.method)
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


def _token(connection: Connection) -> str:
    """A token; one that had to be fetched shows that Microsoft takes our client secret."""
    version = connection.token_cache_version
    token = tokens.access_token(connection)
    if connection.token_cache_version != version:
        client_secret.note_taken(connection.account_id)
    return token


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


@transaction.atomic
def _note_success(connection: Connection, lease_id: uuid.UUID, sync: GoodSync) -> None:
    """Write down that the mailbox is up to date, and when it is read next; nothing where it is no longer ours."""
    ours = leases.ours(connection.pk, lease_id)
    if not ours.select_for_update().values_list("pk").first():
        return
    wait = waits_after({connection.pk: sync})[connection.pk]
    now = timezone.now()
    ours.update(
        state=ConnectionState.ACTIVE,
        last_good_sync_at=now,
        next_attempt_at=now + wait * random.uniform(0.9, 1.1),  # noqa: S311 - spreads mailboxes, keeps no secret
        failures=0,
        last_error="",
        invalid_grant_at=None,
    )
