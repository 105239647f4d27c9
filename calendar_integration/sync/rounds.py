"""One round of one stream: read every page, plan it whole, apply it in one transaction with its delta link."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from calendar_integration import clock
from calendar_integration.clients.base import CalendarClient, Window
from calendar_integration.errors import (
    EmptiedError,
    MailboxTooLargeError,
    SyncStateLostError,
    UnavailableError,
)
from calendar_integration.models import Stream, StreamKind
from calendar_integration.sync import apply, plan, rolling, series
from calendar_integration.sync.held_rows import held_for
from calendar_integration.sync.progress import save_progress
from calendar_integration.sync.source import Reader

LARGEST_MAILBOX = 100_000  # items in the window
MOST_PAGES = 20_000
MOST_REMOVED = 1_000_000  # a year's worth of the largest calendars: a bound for memory only


@dataclass(frozen=True)
class RoundResult:
    """What a round did."""

    kind: str
    is_full: bool
    changed: int
    deleted: int


def run_round(client: CalendarClient, stream: Stream, lease_id: uuid.UUID, now: datetime) -> RoundResult:
    """Read what is new in this stream, or everything where that is needed at this time, an aware one.

    It is the time of the look before, if there was one: whether all is read must not be decided twice. Raises the
    errors of calendar_integration.errors; nothing is written then.
    """
    is_full = is_full_due(stream, now)
    window = window_of(stream, now, is_full=is_full)
    reader = Reader(client, stream, lease_id, window)
    try:
        return _read_and_apply(reader, is_full=is_full)
    except SyncStateLostError:
        if is_full:
            raise
        return _read_and_apply(Reader(client, stream, lease_id, new_window(now)), is_full=True)


def new_window(now: datetime) -> Window:
    """The window of a full round: whole days in UTC around now."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return Window(
        midnight - timedelta(days=settings.SYNC_WINDOW_DAYS_BACK),
        midnight + timedelta(days=settings.SYNC_WINDOW_DAYS_AHEAD),
    )


def is_full_due(stream: Stream, now: datetime) -> bool:
    """Whether the stream has to be read from the beginning."""
    return not stream.delta_link or _has_moved(stream, now)


def _has_moved(stream: Stream, now: datetime) -> bool:
    """Whether the window, which is frozen in the delta link, is another one by now: a day later, or set anew.

    The day is over for each mailbox at a time of its own.
    """
    # Contacts have no window; those that could not be read are read again once a day all the same.
    has_window = stream.window_start is not None and (stream.kind == StreamKind.EVENTS or bool(stream.unreadable))
    moments = rolling.moments(stream.connection_id, now)
    return has_window and all((stream.window_start, stream.window_end) != new_window(moment) for moment in moments)


def window_of(stream: Stream, now: datetime, *, is_full: bool) -> Window:
    """The window of a round: of one that goes on, the one that its delta link knows."""
    if is_full or stream.window_start is None or stream.window_end is None:
        return new_window(now)
    return Window(stream.window_start, stream.window_end)


def _read_and_apply(reader: Reader, *, is_full: bool) -> RoundResult:
    round_, delta_link, is_whole = _read_pages(reader, "" if is_full else reader.stream.delta_link, is_full=is_full)
    is_full = is_full or is_whole
    if round_.is_empty and not is_full:
        # The common case by far: nothing new, one request, one statement.
        _save(reader, delta_link, reader.stream.unreadable, is_full=is_full)
        return RoundResult(reader.stream.kind, is_full, 0, 0)
    return _finish(reader, round_, delta_link, is_full=is_full)


def _read_pages(reader: Reader, link: str, *, is_full: bool) -> tuple[plan.Round, str, bool]:
    """Every page from this link on, folded; the delta link at their end; whether they turned out to be everything."""
    round_, is_whole = plan.Round(), False
    for _ in range(MOST_PAGES):
        page = reader.page(link)
        plan.fold(round_, page.rows, page.occurrences, page.removed, page.unreadable)
        is_whole = is_whole or page.is_whole
        items = len(round_.rows) + len(round_.occurrences) + len(round_.unreadable)
        if items > LARGEST_MAILBOX or len(round_.removed) > MOST_REMOVED:
            raise MailboxTooLargeError(f"The mailbox has more than {LARGEST_MAILBOX:,} items in the window.")
        if page.delta_link:
            return round_, page.delta_link, is_whole
        reader.keep(items if is_full else None)
        link = page.next_link
    raise UnavailableError("The pages of a round had no end.")


def _finish(reader: Reader, round_: plan.Round, delta_link: str, *, is_full: bool) -> RoundResult:
    held = held_for(reader.model, reader.connection_id, round_, is_full=is_full)
    if is_full:
        _refuse_suspicious(reader.stream, round_, len(held.masters))
    masters, instances = series.fetch(reader, round_, is_full=is_full)
    actions = plan.finish(
        round_,
        is_full=is_full,
        held=held.masters,
        change_keys=held.change_keys,
        masters=masters,
        instances=instances,
    )
    unreadable = plan.still_unreadable(() if is_full else reader.stream.unreadable, round_, instances)
    with transaction.atomic():
        _save(reader, delta_link, unreadable, is_full=is_full)
        changed, deleted = apply.apply(
            reader.model,
            reader.connection_id,
            actions.upserts,
            actions.deletes,
            into_nothing=is_full and held.is_nothing,
        )
    return RoundResult(reader.stream.kind, is_full, changed, deleted)


def _save(reader: Reader, delta_link: str, unreadable: Collection[str], *, is_full: bool) -> None:
    save_progress(reader.stream, reader.lease_id, delta_link, reader.window if is_full else None, unreadable)


def _refuse_suspicious(stream: Stream, round_: plan.Round, held_count: int) -> None:
    """Raise EmptiedError where the round claims that all is gone and is not believed yet; the claim is remembered."""
    now = clock.now()
    claimed_for = now - stream.emptied_at if stream.emptied_at else None
    if not plan.is_suspicious(round_, held_count=held_count, claimed_for=claimed_for):
        return
    if stream.emptied_at is None:
        Stream.objects.filter(pk=stream.pk).update(emptied_at=now)
    wait = plan.BELIEVED_AFTER - (claimed_for or timedelta(0))
    raise EmptiedError(f"All {held_count} {stream.kind} seem to be gone.", retry_after=wait)
