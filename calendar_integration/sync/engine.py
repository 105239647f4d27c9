"""Synchronising one mailbox, and writing down what came of any number of them."""

import uuid
from contextlib import nullcontext
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.db import transaction

from calendar_integration import clock
from calendar_integration.errors import CalendarError, LeaseLostError
from calendar_integration.models import ACTIVE_STATES, Connection
from calendar_integration.sync import circuits, leases
from calendar_integration.sync.ahead import Ahead
from calendar_integration.sync.back_off import jittered
from calendar_integration.sync.failures import note_failure, note_mistake
from calendar_integration.sync.listening import GoodSync, waits_after
from calendar_integration.sync.reading import Outcome, read
from calendar_integration.sync.rounds import RoundResult
from calendar_integration.sync.saving import save
from calendar_integration.sync.taking import Held, take


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
        outcome = guarded(held)
        result = finish([outcome])[connection_id]
    finally:
        if result is None or result.status is not Status.DONE:
            leases.give_back_for_sure(held.lease_id, [connection_id])
    if outcome.mistake is not None:
        raise outcome.mistake
    return result


def guarded(held: Held, ahead: Ahead | None = None) -> Outcome:
    """The door of one mailbox: our own mistake costs it a wait, and no other mailbox anything."""
    try:
        return read(held, ahead)
    except Exception as error:  # noqa: BLE001 - written down, and logged or raised by the caller
        return Outcome(held, mistake=error)


def finish(outcomes: list[Outcome]) -> dict[int, SyncResult]:
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


def _why_not(connection_id: int) -> Status:
    """Why a mailbox's lease was not to be had."""
    is_read = Connection.objects.filter(pk=connection_id, state__in=ACTIVE_STATES).exists()
    return Status.BUSY if is_read else Status.NOT_CONNECTED
