"""An event, a series master or an occurrence as it is about to be written, and its times.

An all-day event lasts from midnight to midnight of its own time zone, which in UTC is mostly another hour.
https://learn.microsoft.com/exchange/client-developer/exchange-web-services/time-zones-and-ews-in-exchange
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from sandbox.ews.call import Call
from sandbox.ews.ids import EVENT, change_key, ews_id
from sandbox.ews.item_view import ItemView
from sandbox.ews.shape import Shape
from sandbox.ews.xml import Element, t
from sandbox.tenant.calendar import Instance, moment, occurrence
from sandbox.tenant.mailbox import Event
from sandbox.tenant.recurrence import occurrence_dates


@dataclass(frozen=True)
class EventView(ItemView):
    """With the row of the calendar."""

    row: Instance

    @classmethod
    def of(cls, call: Call, row: Instance, shape: Shape, *, listed: bool) -> "EventView":
        """What is to be written of a row."""
        change, modified = last_change(row.event)
        return cls(call, shape, listed, EVENT, row.key, "calendar", change, modified, row.properties, row)

    @property
    def is_master(self) -> bool:
        """Whether it stands for a whole series."""
        return self.row.type == "seriesMaster"

    @cached_property
    def days(self) -> tuple[date | None, date | None]:
        """First and last date of a series that were not cancelled; no last one where it has no end."""
        left = _days_left(self.row.event)
        first = next(left, None)
        if self.row.event.properties["recurrence"]["range"]["type"] == "noEnd":
            return first, None
        return first, max(left, default=first)


def _days_left(event: Event) -> Iterator[date]:
    dates = occurrence_dates(event.properties["recurrence"], date.max)
    return (day for day in dates if day.isoformat() not in event.cancelled)


def last_change(event: Event) -> tuple[int, str]:
    """Number and moment of the last change of an event or anything in its series."""
    own = [(row.change, row.modified) for row in event.exceptions.values()]
    return max([(event.change, event.modified), *own])


def utc(row: Instance, name: str) -> datetime:
    """`start` or `end` of a row in UTC; of an all-day one the midnight of its own zone."""
    kept = row.properties[name]
    if row.properties.get("isAllDay"):
        kept = {**kept, "dateTime": f"{kept['dateTime'][:10]}T00:00:00"}
    return moment(kept, all_day=False)


def planned_start(event: Event, day: date) -> datetime:
    """When the occurrence of a date would begin, had nobody moved it."""
    plain = Event(event.key, event.properties, event.change, event.modified)
    return utc(occurrence(plain, day), "start")


def occurrence_info(view: EventView, name: str, day: date | None) -> Element | None:
    """An OccurrenceInfo: where an occurrence of the series is, and where it would have been."""
    if day is None:
        return None
    row, event = occurrence(view.row.event, day), view.row.event
    identity = t("ItemId", Id=ews_id(view.call.owner, EVENT, row.key), ChangeKey=change_key(row.key, view.change))
    times = [("Start", utc(row, "start")), ("End", utc(row, "end")), ("OriginalStart", planned_start(event, day))]
    return t(name, [identity, *(t(tag, view.call.written(when)) for tag, when in times)])
