"""Synchronising mailboxes: one, for whoever waits for it, or a chunk of those that are due."""

import logging
import uuid
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, wait
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.conf import settings
from django.db import transaction

from calendar_integration import clock
from calendar_integration.errors import CalendarError, LeaseLostError
from calendar_integration.models import ACTIVE_STATES, Connection
from calendar_integration.sync import circuits, leases, threads
from calendar_integration.sync.ahead import Ahead, look_ahead
from calendar_integration.sync.back_off import jittered
from calendar_integration.sync.brake import Brake
from calendar_integration.sync.failures import note_failure, note_mistake
from calendar_integration.sync.listening import GoodSync, waits_after
from calendar_integration.sync.reading import Outcome, read
from calendar_integration.sync.rounds import RoundResult
from calendar_integration.sync.saving import save
from calendar_integration.sync.schedule import may_run_now
from calendar_integration.sync.taking import Held, take, take_queued

logger = logging.getLogger(__name__)

WRITTEN_AFTER_SECONDS = 10  # what is there of a chunk is written so often, and the leases of the rest extended
BEGUN_WITHIN = timedelta(minutes=10)  # what a chunk has not begun by then is left for another


class Status(StrEnum):
    """How a sync went."""

    DONE = "done"
    BUSY = "busy"
    NOT_CONNECTED = "not_connected"
    FAILED = "failed"
    LEFT = "left"  # not tried: its account's other mailboxes fail, or the chunk took too long


@dataclass(frozen=True)
class SyncResult:
    """How a sync went, with its rounds, or with the error that ended it."""

    status: Status
    rounds: tuple[RoundResult, ...] = ()
    error: CalendarError | None = None


def sync_connection(connection_id: int) -> SyncResult:
    """Bring a mailbox's rows up to date, whatever it was told to wait. What Microsoft does is in the result.

    What is our own mistake is written down, and raised.
    """
    held = take(connection_id)
    if held is None:
        return SyncResult(_why_not(connection_id))
    result = None
    try:
        outcome = _guarded(held)
        result = _finish([outcome])[connection_id]
    finally:
        if result is None or result.status is not Status.DONE:
            leases.give_back_for_sure(held.lease_id, [connection_id])
    if outcome.mistake is not None:
        raise outcome.mistake
    return result


def sync_chunk(connection_ids: Sequence[int]) -> Counter[Status]:
    """Bring those of these queued mailboxes up to date that may be read now; answers how many went how.

    Graph is asked for all of them at once. Those in which something is new are read at once by the process's threads.
    A mailbox at which a worker died goes alone, after all others.
    """
    counted: Counter[Status] = Counter()
    held = take_queued(connection_ids)
    if held:
        counted.update(_read_together(held))
    if len(held) < len(connection_ids):
        brake = Brake(BEGUN_WITHIN)
        for connection_id in filter(may_run_now, _suspects(connection_ids)):
            # Nothing is held of those that are left: when their claim has run out, they are queued again.
            counted[Status.LEFT if brake.is_late else _alone(connection_id)] += 1
    return counted


def _read_together(held: list[Held]) -> Counter[Status]:
    lease_id, counted, brake = held[0].lease_id, Counter[Status](), Brake(BEGUN_WITHIN)
    kept = {mailbox.connection.pk for mailbox in held}  # of which we have the lease
    pending: list[Future[Outcome | None]] = []
    try:
        ahead = look_ahead(held)
        pending += (_begin(mailbox, ahead.get(mailbox.connection.pk), brake) for mailbox in held)
        while pending:
            done, waiting = wait(pending, WRITTEN_AFTER_SECONDS)
            pending = list(waiting)
            outcomes = [outcome for outcome in (future.result() for future in done) if outcome]
            _log_mistakes(outcomes)
            results = _finish(outcomes)
            counted.update(result.status for result in results.values())
            counted[Status.LEFT] += len(done) - len(outcomes)
            done_with = {pk for pk, result in results.items() if result.status is not Status.DONE}
            if done_with:  # or what failed could not be tried again before the slowest of the chunk has been read
                leases.give_back(lease_id, list(done_with))
            kept -= results.keys()
            if pending:
                leases.extend_all(lease_id, list(kept))
    finally:
        brake.pull()
        if kept:
            leases.give_back_for_sure(lease_id, list(kept))
    return +counted


def _begin(held: Held, ahead: Ahead | None, brake: Brake) -> "Future[Outcome | None]":
    """The outcome of the mailbox once it has been read, by a thread where it may take long; None where it was left."""

    def work() -> Outcome | None:
        if brake.stops(held.connection.account_id):
            return None
        outcome = _guarded(held, ahead)
        brake.note(outcome)
        return outcome

    if settings.SYNC_THREADS > 1 and not (ahead and ahead.is_all):
        return threads.submit(work)
    future: Future[Outcome | None] = Future()
    future.set_result(work())
    return future


def _guarded(held: Held, ahead: Ahead | None = None) -> Outcome:
    """The door of one mailbox: our own mistake costs it a wait, and no other mailbox anything."""
    try:
        return read(held, ahead)
    except Exception as error:  # noqa: BLE001 - written down, and logged or raised by the caller
        return Outcome(held, mistake=error)


def _log_mistakes(outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        if outcome.mistake is not None:
            logger.error("connection %s", outcome.connection.pk, exc_info=outcome.mistake)


def _finish(outcomes: list[Outcome]) -> dict[int, SyncResult]:
    """Write down what came of these mailboxes, which share a lease."""
    if not outcomes:
        return {}
    saved = _save(outcomes, outcomes[0].held.lease_id)
    results = {outcome.connection.pk: _result(outcome, saved) for outcome in outcomes}
    circuits.note([outcome for outcome in outcomes if results[outcome.connection.pk].status is not Status.BUSY])
    return results


def _save(outcomes: list[Outcome], lease_id: uuid.UUID) -> set[int]:
    """Write down the polls that found nothing and, of the mailboxes that are up to date, when they are read next."""
    good = {outcome.connection.pk: GoodSync(outcome.rounds, outcome.began) for outcome in outcomes if outcome.went_well}
    links = {stream: link for outcome in outcomes for stream, link in outcome.links.items()}
    # One statement needs no transaction; notifications are looked at in several.
    with transaction.atomic() if settings.NOTIFICATION_URL else nullcontext():
        waits, now = waits_after(good, lease_id), clock.now()
        polls = {pk: now + jittered(wait, 0.9, 1.1) for pk, wait in waits.items()}
        return save(lease_id, [outcome.connection.pk for outcome in outcomes], links, polls)


def _result(outcome: Outcome, saved: set[int]) -> SyncResult:
    connection, lease_id = outcome.connection, outcome.held.lease_id
    if outcome.mistake is not None:
        note_mistake(connection, lease_id, outcome.mistake)
        return SyncResult(Status.FAILED)
    if isinstance(outcome.error, LeaseLostError):
        return SyncResult(Status.BUSY, error=outcome.error)
    if outcome.error is not None:
        note_failure(connection, lease_id, outcome.error)
        return SyncResult(Status.FAILED, error=outcome.error)
    if connection.pk not in saved:
        return SyncResult(Status.BUSY, error=LeaseLostError("Another worker has taken this mailbox over."))
    return SyncResult(Status.DONE, tuple(outcome.rounds))


def _suspects(connection_ids: Sequence[int]) -> list[int]:
    """Those at which a worker has died."""
    died = Connection.objects.filter(pk__in=connection_ids, worker_deaths__gt=0, lease_id=None)
    return list(died.order_by("pk").values_list("pk", flat=True))


def _alone(connection_id: int) -> Status:
    try:
        return sync_connection(connection_id).status
    except Exception:
        logger.exception("connection %s", connection_id)
        return Status.FAILED


def _why_not(connection_id: int) -> Status:
    """Why a mailbox's lease was not to be had."""
    is_read = Connection.objects.filter(pk=connection_id, state__in=ACTIVE_STATES).exists()
    return Status.BUSY if is_read else Status.NOT_CONNECTED
