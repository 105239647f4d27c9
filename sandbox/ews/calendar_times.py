"""The times of a CalendarItem and their zones.

https://learn.microsoft.com/exchange/client-developer/exchange-web-services/time-zones-and-ews-in-exchange
"""

from sandbox.ews.calendar_view import EventView, utc
from sandbox.ews.shape import Field
from sandbox.ews.time_zones import definition, name_in_items
from sandbox.ews.xml import Element, t
from sandbox.tenant.timezones import zone_of


def time(name: str) -> Field[EventView]:
    """Start or end."""
    return Field(
        f"calendar:{name}", lambda view: t(name, view.call.written(utc(view.row, name.lower()))), is_default=True
    )


def wall_clock(name: str) -> Field[EventView]:
    """Start or end as a clock shows it in the event's own zone."""

    def made(view: EventView) -> Element:
        zone = zone_of(view.properties[name.lower()]["timeZone"])
        return t(f"{name}WallClock", utc(view.row, name.lower()).astimezone(zone).isoformat(timespec="seconds"))

    return Field(f"calendar:{name}WallClock", made)


def zone(name: str) -> Field[EventView]:
    """The zone in which start or end was chosen, with its rules in a whole item."""

    def made(view: EventView) -> Element:
        kept = view.text(f"original{name}TimeZone")
        return definition(f"{name}TimeZone", kept, full=not view.listed, shown=name_in_items(kept))

    return Field(f"calendar:{name}TimeZone", made)


def zone_id(name: str) -> Field[EventView]:
    """The name of that zone."""
    return Field(
        f"calendar:{name}TimeZoneId",
        lambda view: t(f"{name}TimeZoneId", name_in_items(view.text(f"original{name}TimeZone"))),
    )


def reminder_due(view: EventView) -> Element:
    """The moment of which somebody is reminded."""
    return t("ReminderDueBy", view.call.written(utc(view.row, "start")))


def duration(view: EventView) -> Element:
    """How long it takes."""
    minutes = int((utc(view.row, "end") - utc(view.row, "start")).total_seconds() // 60)
    return t("Duration", f"P{minutes // 1440}DT{minutes % 1440 // 60}H{minutes % 60}M")
