"""What a CalendarItem says of the series it belongs to.

https://learn.microsoft.com/exchange/client-developer/exchange-web-services/calendars-and-ews-in-exchange
"""

from collections.abc import Callable
from datetime import date

from sandbox.ews.calendar_view import EventView, occurrence_info, planned_start
from sandbox.ews.recurrence import recurrence
from sandbox.ews.xml import Element, t
from sandbox.tenant.ids import split_key


def is_in_series(view: EventView) -> bool:
    """Whether it is an occurrence or an exception."""
    return view.row.type in ("occurrence", "exception")


def planned(tag: str) -> Callable[[EventView], Element | None]:
    """When an occurrence would have been, under a name."""

    def made(view: EventView) -> Element | None:
        day = split_key(view.key)[1]
        return _start(tag, view, date.fromisoformat(day)) if day else None

    return made


def _start(tag: str, view: EventView, day: date) -> Element:
    return t(tag, view.call.written(planned_start(view.row.event, day)))


def uid(view: EventView) -> Element:
    """One for the whole series."""
    return t("UID", f"040000008200E00074C5B7101A82E008{view.row.event.key.encode().hex().upper()}")


def pattern(view: EventView) -> Element | None:
    """How a master recurs."""
    return recurrence(view.row.event.properties["recurrence"]) if view.is_master else None


def first(view: EventView) -> Element | None:
    """The first occurrence of a master that was not cancelled."""
    return occurrence_info(view, "FirstOccurrence", view.days[0]) if view.is_master else None


def last(view: EventView) -> Element | None:
    """The last one, if the series ends."""
    return occurrence_info(view, "LastOccurrence", view.days[1]) if view.is_master else None


def modified(view: EventView) -> Element | None:
    """The exceptions of a master."""
    days = sorted(view.row.event.exceptions) if view.is_master else []
    rows = [occurrence_info(view, "Occurrence", date.fromisoformat(day)) for day in days]
    return t("ModifiedOccurrences", [row for row in rows if row is not None]) if rows else None


def deleted(view: EventView) -> Element | None:
    """The occurrences of a master that were cancelled."""
    if not view.is_master or not view.row.event.cancelled:
        return None
    days = [date.fromisoformat(day) for day in view.row.event.cancelled]
    return t("DeletedOccurrences", [t("DeletedOccurrence", [_start("Start", view, day)]) for day in days])
