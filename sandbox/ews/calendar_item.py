"""A CalendarItem: which properties it has, in the order of the schema.

https://learn.microsoft.com/exchange/client-developer/web-service-reference/calendaritem
"""

from datetime import date

from sandbox.ews.calendar_people import mailbox_of, people, response
from sandbox.ews.calendar_view import EventView, occurrence_info, original_start, utc
from sandbox.ews.item_view import (
    body,
    categories,
    folder_id,
    item_id,
    modified_fields,
    moment_text,
    sensitivity,
    text,
)
from sandbox.ews.recurrence import recurrence
from sandbox.ews.shape import Field, properties
from sandbox.ews.time_zones import definition, shown_name
from sandbox.ews.xml import Element, boolean, t
from sandbox.tenant.event_defaults import text_of
from sandbox.tenant.timezones import zone_of

_TYPES = {
    "singleInstance": "Single",
    "occurrence": "Occurrence",
    "exception": "Exception",
    "seriesMaster": "RecurringMaster",
}
_SHOWN_AS = {"free": "Free", "tentative": "Tentative", "oof": "OOF", "workingElsewhere": "WorkingElsewhere"}
_MEETING, _RECEIVED, _CANCELLED = 1, 2, 4


def calendar_item(view: EventView) -> Element:
    """The wanted properties of an event."""
    return t("CalendarItem", [item_id(view), *properties(_FIELDS, view, view.shape, listed=view.listed)])


def _is_in_series(view: EventView) -> bool:
    return view.row.type in ("occurrence", "exception")


def _time(name: str) -> Field[EventView]:
    return Field(
        f"calendar:{name}", lambda view: t(name, view.call.written(utc(view.row, name.lower()))), is_default=True
    )


def _wall_clock(name: str) -> Field[EventView]:
    def made(view: EventView) -> Element:
        zone = zone_of(view.properties[name.lower()]["timeZone"])
        return t(f"{name}WallClock", utc(view.row, name.lower()).astimezone(zone).isoformat(timespec="seconds"))

    return Field(f"calendar:{name}WallClock", made)


def _yes_or_no(name: str, kept: str) -> Field[EventView]:
    return Field(f"calendar:{name}", lambda view: t(name, boolean(view.properties.get(kept))))


def _zone(name: str) -> Field[EventView]:
    return Field(
        f"calendar:{name}TimeZone",
        lambda view: definition(f"{name}TimeZone", view.text(f"original{name}TimeZone"), full=not view.listed),
    )


def _zone_id(name: str) -> Field[EventView]:
    return Field(
        f"calendar:{name}TimeZoneId",
        lambda view: t(f"{name}TimeZoneId", shown_name(view.text(f"original{name}TimeZone"))),
    )


def _original_start(view: EventView) -> Element | None:
    if not _is_in_series(view):
        return None
    return t("OriginalStart", view.call.written(original_start(view.row)))


def _recurrence_id(view: EventView) -> Element | None:
    if not _is_in_series(view):
        return None
    return t("RecurrenceId", view.call.written(original_start(view.row)))


def _uid(view: EventView) -> Element:
    """One for the whole series."""
    return t("UID", f"040000008200E00074C5B7101A82E008{view.row.event.key.encode().hex().upper()}")


def _state(view: EventView) -> Element:
    flags = _MEETING if view.properties["attendees"] else 0
    if flags and not view.properties["isOrganizer"]:
        flags |= _RECEIVED
    if view.properties["isCancelled"]:
        flags |= _CANCELLED
    return t("AppointmentState", str(flags))


def _reminder_due(view: EventView) -> Element:
    return t("ReminderDueBy", view.call.written(utc(view.row, "start")))


def _organizer(view: EventView) -> Element:
    return t("Organizer", [mailbox_of(view.properties["organizer"]["emailAddress"], named_only=view.listed)])


def _duration(view: EventView) -> Element:
    minutes = int((utc(view.row, "end") - utc(view.row, "start")).total_seconds() // 60)
    return t("Duration", f"P{minutes // 1440}DT{minutes % 1440 // 60}H{minutes % 60}M")


def _recurrence(view: EventView) -> Element | None:
    return recurrence(view.row.event.properties["recurrence"]) if view.is_master else None


def _first(view: EventView) -> Element | None:
    return occurrence_info(view, "FirstOccurrence", view.days[0]) if view.is_master else None


def _last(view: EventView) -> Element | None:
    return occurrence_info(view, "LastOccurrence", view.days[1]) if view.is_master else None


def _modified(view: EventView) -> Element | None:
    days = sorted(view.row.event.exceptions) if view.is_master else []
    rows = [occurrence_info(view, "Occurrence", date.fromisoformat(day)) for day in days]
    return t("ModifiedOccurrences", [row for row in rows if row is not None]) if rows else None


def _deleted(view: EventView) -> Element | None:
    if not view.is_master or not view.row.event.cancelled:
        return None
    days = [date.fromisoformat(day) for day in view.row.event.cancelled]
    return t("DeletedOccurrences", [t("DeletedOccurrence", [_start_on(view, day)]) for day in days])


def _start_on(view: EventView, day: date) -> Element:
    info = occurrence_info(view, "Occurrence", day)
    return t("Start", info.findtext("{*}OriginalStart", "") if info is not None else "")


def _join_url(view: EventView) -> Element | None:
    return text("JoinOnlineMeetingUrl", (view.properties.get("onlineMeeting") or {}).get("joinUrl") or "")


def _place(view: EventView) -> Element | None:
    return text("Location", view.properties["location"]["displayName"])


def _plain_body(view: EventView) -> Element:
    kept = view.properties["body"]
    return t(
        "TextBody", text_of(kept["content"]) if kept["contentType"] == "html" else kept["content"], BodyType="Text"
    )


def _names(view: EventView) -> Element | None:
    return text("DisplayTo", "; ".join(row["emailAddress"].get("name") or "" for row in view.properties["attendees"]))


_FIELDS: list[Field[EventView]] = [
    Field("item:ParentFolderId", folder_id),
    Field("item:ItemClass", lambda _view: t("ItemClass", "IPM.Appointment")),
    Field("item:Subject", lambda view: t("Subject", view.text("subject")), is_default=True),
    Field("item:Sensitivity", sensitivity),
    Field("item:Body", body, in_lists=False),
    Field("item:DateTimeReceived", lambda view: t("DateTimeReceived", moment_text(view.text("createdDateTime")))),
    Field("item:Size", lambda view: t("Size", str(len(view.properties["body"]["content"])))),
    Field("item:Categories", categories),
    Field("item:Importance", lambda view: t("Importance", view.text("importance").title())),
    Field("item:IsDraft", lambda view: t("IsDraft", boolean(view.properties["isDraft"]))),
    Field("item:IsFromMe", lambda view: t("IsFromMe", boolean(view.properties["isOrganizer"]))),
    Field("item:DateTimeSent", lambda view: t("DateTimeSent", moment_text(view.text("createdDateTime")))),
    Field("item:DateTimeCreated", lambda view: t("DateTimeCreated", moment_text(view.text("createdDateTime")))),
    Field("item:ReminderDueBy", _reminder_due),
    Field("item:ReminderIsSet", lambda view: t("ReminderIsSet", boolean(view.properties["isReminderOn"]))),
    Field(
        "item:ReminderMinutesBeforeStart",
        lambda view: t("ReminderMinutesBeforeStart", str(view.properties["reminderMinutesBeforeStart"])),
    ),
    Field("item:DisplayTo", _names),
    Field(
        "item:HasAttachments",
        lambda view: t("HasAttachments", boolean(view.properties["hasAttachments"])),
        is_default=True,
    ),
    *modified_fields(EventView),
    Field("item:TextBody", _plain_body, in_lists=False),
    Field("calendar:UID", _uid),
    Field("calendar:RecurrenceId", _recurrence_id),
    Field("calendar:DateTimeStamp", lambda view: t("DateTimeStamp", moment_text(view.modified))),
    _time("Start"),
    _time("End"),
    Field("calendar:OriginalStart", _original_start),
    _yes_or_no("IsAllDayEvent", "isAllDay"),
    Field(
        "calendar:LegacyFreeBusyStatus",
        lambda view: t("LegacyFreeBusyStatus", _SHOWN_AS.get(view.text("showAs"), "Busy")),
        is_default=True,
    ),
    Field("calendar:Location", _place, is_default=True),
    _yes_or_no("IsMeeting", "attendees"),
    _yes_or_no("IsCancelled", "isCancelled"),
    Field("calendar:IsRecurring", lambda view: t("IsRecurring", boolean(_is_in_series(view)))),
    _yes_or_no("MeetingRequestWasSent", "attendees"),
    _yes_or_no("IsResponseRequested", "responseRequested"),
    Field("calendar:CalendarItemType", lambda view: t("CalendarItemType", _TYPES[view.row.type]), is_default=True),
    Field("calendar:MyResponseType", lambda view: t("MyResponseType", response(view.properties["responseStatus"]))),
    Field("calendar:Organizer", _organizer, is_default=True),
    Field("calendar:RequiredAttendees", lambda view: people(view, "RequiredAttendees", "required"), in_lists=False),
    Field("calendar:OptionalAttendees", lambda view: people(view, "OptionalAttendees", "optional"), in_lists=False),
    Field("calendar:Resources", lambda view: people(view, "Resources", "resource"), in_lists=False),
    Field("calendar:Duration", _duration),
    Field("calendar:AppointmentSequenceNumber", lambda _view: t("AppointmentSequenceNumber", "0")),
    Field("calendar:AppointmentState", _state),
    Field("calendar:Recurrence", _recurrence, in_lists=False),
    Field("calendar:FirstOccurrence", _first, in_lists=False),
    Field("calendar:LastOccurrence", _last, in_lists=False),
    Field("calendar:ModifiedOccurrences", _modified, in_lists=False),
    Field("calendar:DeletedOccurrences", _deleted, in_lists=False),
    _zone("Start"),
    _zone("End"),
    _yes_or_no("AllowNewTimeProposal", "allowNewTimeProposals"),
    _yes_or_no("IsOnlineMeeting", "isOnlineMeeting"),
    _wall_clock("Start"),
    _wall_clock("End"),
    _zone_id("Start"),
    _zone_id("End"),
    Field("calendar:JoinOnlineMeetingUrl", _join_url),
    _yes_or_no("IsOrganizer", "isOrganizer"),
]
