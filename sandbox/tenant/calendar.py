"""What stands in a calendar between two moments: single events, and series expanded into occurrences."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from sandbox.tenant.bulk import near
from sandbox.tenant.ids import occurrence_key
from sandbox.tenant.mailbox import Event, Json, Mailbox
from sandbox.tenant.recurrence import occurrence_dates
from sandbox.tenant.timezones import zone_of

# No zone is further from UTC than this, so dates this far outside a window cannot reach into it.
_MARGIN = timedelta(days=2)


class Window(NamedTuple):
    """Half-open span of time, both ends aware."""

    start: datetime
    end: datetime

    def holds(self, start: datetime, end: datetime) -> bool:
        """Whether a meeting overlaps the window; one without length counts at its start."""
        return start < self.end and (end > self.start or self.start <= start == end)


@dataclass(frozen=True)
class Instance:
    """One row a calendar shows. `type` is Graph's eventType; `start` and `end` are UTC.

    An all-day row has no zone: its `start` and `end` are the midnights of its dates, written as UTC.
    """

    event: Event
    type: str
    key: str
    properties: Json
    start: datetime
    end: datetime
    change: int
    modified: str
    original_start: datetime | None = None


def moment(value: Json, *, all_day: bool) -> datetime:
    """UTC of a dateTimeTimeZone; of an all-day one, the midnight itself as UTC. Raises UnknownTimeZone."""
    local = datetime.fromisoformat(value["dateTime"][:19])
    if all_day:
        return local.replace(hour=0, minute=0, second=0, tzinfo=UTC)
    return local.replace(tzinfo=zone_of(value.get("timeZone") or "UTC")).astimezone(UTC)


def _instance(event: Event, kind: str, key: str, properties: Json, change: int, modified: str) -> Instance:
    all_day = bool(properties.get("isAllDay"))
    start, end = (moment(properties[name], all_day=all_day) for name in ("start", "end"))
    return Instance(event, kind, key, properties, start, end, change, modified)


def base_instance(event: Event) -> Instance:
    """The single event itself, or the series master with the times of its first occurrence."""
    if not event.is_series:
        return _instance(event, "singleInstance", event.key, event.properties, event.change, event.modified)
    first = next(occurrence_dates(event.properties["recurrence"], date.max), None)
    times = _wall_clock(event.properties, first) if first else {}
    return _instance(event, "seriesMaster", event.key, {**event.properties, **times}, event.change, event.modified)


def occurrence(event: Event, day: date) -> Instance:
    """The row of a series on a local date, with the exception of that date worked in.

    Wall-clock times stay the same on both sides of a daylight-saving change.
    """
    key = occurrence_key(event.key, day)
    plain = {**event.properties, "recurrence": None, **_wall_clock(event.properties, day)}
    regular = _instance(event, "occurrence", key, plain, event.change, event.modified)
    own = event.exceptions.get(day.isoformat())
    if own is None:
        return _with_original(regular, regular.start)
    row = _instance(event, "exception", key, {**plain, **own.properties}, own.change, own.modified)
    return _with_original(row, regular.start)


def _with_original(row: Instance, start: datetime) -> Instance:
    return Instance(row.event, row.type, row.key, row.properties, row.start, row.end, row.change, row.modified, start)


def _wall_clock(master: Json, day: date) -> Json:
    start, end = (datetime.fromisoformat(master[name]["dateTime"][:19]) for name in ("start", "end"))
    begins = datetime.combine(day, start.time())
    ends = begins + (end - start)
    return {
        "start": {**master["start"], "dateTime": begins.isoformat()},
        "end": {**master["end"], "dateTime": ends.isoformat()},
    }


def takes_place(event: Event, day: str) -> bool:
    """Whether a series has an occurrence on a local ISO date that was not cancelled."""
    if not event.is_series or day in event.cancelled:
        return False
    try:
        wanted = date.fromisoformat(day)
    except ValueError:
        return False
    return wanted in occurrence_dates(event.properties["recurrence"], wanted)


def instances(event: Event, window: Window) -> Iterator[Instance]:
    """The rows of one event inside the window: itself, or its occurrences and exceptions."""
    if not event.is_series:
        rows: Iterator[Instance] = iter([base_instance(event)])
    else:
        rows = _series_rows(event, window)
    return (row for row in rows if window.holds(row.start, row.end))


def _series_rows(event: Event, window: Window) -> Iterator[Instance]:
    master = base_instance(event)
    earliest = (window.start - (master.end - master.start) - _MARGIN).date()
    for day in occurrence_dates(event.properties["recurrence"], (window.end + _MARGIN).date()):
        text = day.isoformat()
        if day >= earliest and text not in event.cancelled and text not in event.exceptions:
            yield occurrence(event, day)
    for text in event.exceptions:
        yield occurrence(event, date.fromisoformat(text))


def calendar_view(mailbox: Mailbox, window: Window) -> list[Instance]:
    """Everything inside the window, series expanded and masters left out, by start."""
    rows = [row for event in near(mailbox.events, *window) for row in instances(event, window)]
    return sorted(rows, key=lambda row: (row.start, row.key))
