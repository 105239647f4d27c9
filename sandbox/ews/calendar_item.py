"""A CalendarItem: which properties it has, in the order of the schema.

https://learn.microsoft.com/exchange/client-developer/web-service-reference/calendaritem
"""

from urllib.parse import quote

from sandbox.ews import calendar_series as series
from sandbox.ews import calendar_times as times
from sandbox.ews.calendar_people import mailbox_of, people, response
from sandbox.ews.calendar_view import EventView
from sandbox.ews.ids import ews_id
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
from sandbox.ews.shape import Field, properties
from sandbox.ews.xml import Element, boolean, t
from sandbox.tenant.event_defaults import text_of

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


def _yes_or_no(name: str, kept: str) -> Field[EventView]:
    return Field(f"calendar:{name}", lambda view: t(name, boolean(view.properties.get(kept))))


def _state(view: EventView) -> Element:
    flags = _MEETING if view.properties["attendees"] else 0
    if flags and not view.properties["isOrganizer"]:
        flags |= _RECEIVED
    if view.properties["isCancelled"]:
        flags |= _CANCELLED
    return t("AppointmentState", str(flags))


def _organizer(view: EventView) -> Element:
    return t("Organizer", [mailbox_of(view.properties["organizer"]["emailAddress"], named_only=view.listed)])


def _join_url(view: EventView) -> Element | None:
    return text("JoinOnlineMeetingUrl", (view.properties.get("onlineMeeting") or {}).get("joinUrl") or "")


def _place(view: EventView) -> Element | None:
    return text("Location", view.properties["location"]["displayName"])


def _plain_body(view: EventView) -> Element:
    kept = view.properties["body"]
    return t(
        "TextBody", text_of(kept["content"]) if kept["contentType"] == "html" else kept["content"], BodyType="Text"
    )


def _web_link(view: EventView) -> Element:
    """The item in Outlook on the web, on the server of the mailbox."""
    item = quote(ews_id(view.call.owner, view.kind, view.key), safe="")
    address = f"https://{view.call.owner.exchange_host}/owa/?ItemID={item}&exvsurl=1&viewmodel="
    return t("WebClientReadFormQueryString", f"{address}ICalendarItemDetailsViewModelFactory")


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
    Field("item:ReminderDueBy", times.reminder_due),
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
    Field("item:WebClientReadFormQueryString", _web_link),
    Field("item:TextBody", _plain_body, in_lists=False),
    Field("calendar:UID", series.uid),
    Field("calendar:RecurrenceId", series.planned("RecurrenceId")),
    Field("calendar:DateTimeStamp", lambda view: t("DateTimeStamp", moment_text(view.modified))),
    times.time("Start"),
    times.time("End"),
    Field("calendar:OriginalStart", series.planned("OriginalStart")),
    _yes_or_no("IsAllDayEvent", "isAllDay"),
    Field(
        "calendar:LegacyFreeBusyStatus",
        lambda view: t("LegacyFreeBusyStatus", _SHOWN_AS.get(view.text("showAs"), "Busy")),
        is_default=True,
    ),
    Field("calendar:Location", _place, is_default=True),
    _yes_or_no("IsMeeting", "attendees"),
    _yes_or_no("IsCancelled", "isCancelled"),
    Field("calendar:IsRecurring", lambda view: t("IsRecurring", boolean(series.is_in_series(view)))),
    _yes_or_no("MeetingRequestWasSent", "attendees"),
    _yes_or_no("IsResponseRequested", "responseRequested"),
    Field("calendar:CalendarItemType", lambda view: t("CalendarItemType", _TYPES[view.row.type]), is_default=True),
    Field("calendar:MyResponseType", lambda view: t("MyResponseType", response(view.properties["responseStatus"]))),
    Field("calendar:Organizer", _organizer, is_default=True),
    Field("calendar:RequiredAttendees", lambda view: people(view, "RequiredAttendees", "required"), in_lists=False),
    Field("calendar:OptionalAttendees", lambda view: people(view, "OptionalAttendees", "optional"), in_lists=False),
    Field("calendar:Resources", lambda view: people(view, "Resources", "resource"), in_lists=False),
    Field("calendar:Duration", times.duration),
    Field("calendar:AppointmentSequenceNumber", lambda _view: t("AppointmentSequenceNumber", "0")),
    Field("calendar:AppointmentState", _state),
    Field("calendar:Recurrence", series.pattern, in_lists=False),
    Field("calendar:FirstOccurrence", series.first, in_lists=False),
    Field("calendar:LastOccurrence", series.last, in_lists=False),
    Field("calendar:ModifiedOccurrences", series.modified, in_lists=False),
    Field("calendar:DeletedOccurrences", series.deleted, in_lists=False),
    times.zone("Start"),
    times.zone("End"),
    _yes_or_no("AllowNewTimeProposal", "allowNewTimeProposals"),
    _yes_or_no("IsOnlineMeeting", "isOnlineMeeting"),
    times.wall_clock("Start"),
    times.wall_clock("End"),
    times.zone_id("Start"),
    times.zone_id("End"),
    Field("calendar:JoinOnlineMeetingUrl", _join_url),
    _yes_or_no("IsOrganizer", "isOrganizer"),
]
