"""Synchronising a chunk of mailboxes that are due: asked together, read at once, written down together."""

import logging
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, wait
from datetime import timedelta

from django.conf import settings

from calendar_integration.models import Connection
from calendar_integration.sync import leases, threads
from calendar_integration.sync.ahead import Ahead, look_ahead
from calendar_integration.sync.brake import Brake
from calendar_integration.sync.engine import Status, finish, guarded, sync_connection
from calendar_integration.sync.reading import Outcome
from calendar_integration.sync.schedule import may_run_now
from calendar_integration.sync.taking import Held, take_queued

logger = logging.getLogger(__name__)

WRITTEN_AFTER_SECONDS = 10  # what is there of a chunk is written so often, and the leases of the rest extended
BEGUN_WITHIN = timedelta(minutes=10)  # what a chunk has not begun by then is left for another


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
            results = finish(outcomes)
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
        outcome = guarded(held, ahead)
        brake.note(outcome)
        return outcome

    if settings.SYNC_THREADS > 1 and not (ahead and ahead.is_all):
        return threads.submit(work)
    future: Future[Outcome | None] = Future()
    future.set_result(work())
    return future


def _log_mistakes(outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        if outcome.mistake is not None:
            logger.error("connection %s", outcome.connection.pk, exc_info=outcome.mistake)


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
