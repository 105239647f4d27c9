"""Calendar items of EWS as rows: pure.

https://learn.microsoft.com/exchange/client-developer/web-service-reference/calendaritem
They are read as the server sent them. exchangelib would turn the times of an all-day item into dates of the worker's
own zone wherever it does not know the item's.
"""

from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from lxml.etree import _Element

from calendar_integration.clients.base import MeetingRow, Window
from calendar_integration.join_links import find_join_link
from calendar_integration.zones import to_iana

TYPES = "{http://schemas.microsoft.com/exchange/services/2006/types}"
# What is asked for of every item, beside its id.
FIELDS = (
    "item:Subject",
    "item:Sensitivity",
    "item:TextBody",
    "item:WebClientReadFormQueryString",
    "calendar:UID",
    "calendar:CalendarItemType",
    "calendar:Start",
    "calendar:End",
    "calendar:IsAllDayEvent",
    "calendar:IsCancelled",
    "calendar:IsMeeting",
    "calendar:IsResponseRequested",
    "calendar:LegacyFreeBusyStatus",
    "calendar:Location",
    "calendar:MyResponseType",
    "calendar:Organizer",
    "calendar:RequiredAttendees",
    "calendar:OptionalAttendees",
    "calendar:Resources",
    "calendar:StartTimeZone",
    "calendar:JoinOnlineMeetingUrl",
)
FIELDS_OF_MASTER = ("calendar:UID", "calendar:Recurrence")

# EWS's words in Graph's, which the rows have.
KINDS = {
    "Single": "singleInstance",
    "Occurrence": "occurrence",
    "Exception": "exception",
    "RecurringMaster": "seriesMaster",
}
RESPONSES = {
    "Unknown": "none",
    "Organizer": "organizer",
    "Tentative": "tentativelyAccepted",
    "Accept": "accepted",
    "Decline": "declined",
    "NoResponseReceived": "notResponded",
}
FREE_BUSY = {
    "Free": "free",
    "Tentative": "tentative",
    "Busy": "busy",
    "OOF": "oof",
    "WorkingElsewhere": "workingElsewhere",
    "NoData": "unknown",
}
PATTERNS = {
    "DailyRecurrence": "daily",
    "WeeklyRecurrence": "weekly",
    "AbsoluteMonthlyRecurrence": "absoluteMonthly",
    "RelativeMonthlyRecurrence": "relativeMonthly",
    "AbsoluteYearlyRecurrence": "absoluteYearly",
    "RelativeYearlyRecurrence": "relativeYearly",
}
PRIVATE = ("Private", "Confidential")
ATTENDEES = ("RequiredAttendees", "OptionalAttendees", "Resources")
PREVIEW = 255  # characters, as Graph's bodyPreview
LONGEST_ID = 1000  # characters; Exchange's have some two hundred
LONGEST_TEXT = 32_768  # characters that are kept of anything
HALF_A_DAY = timedelta(hours=12)


def to_row(item: _Element) -> MeetingRow:
    """A calendar item. Raises KeyError, AttributeError or ValueError where it is malformed."""
    start, end = moment(item, "Start"), moment(item, "End")
    zone = zone_of(item)
    all_day = is_true(item, "IsAllDayEvent")
    first, last = day_of(start, zone), day_of(end, zone)
    location, body = text(item, "Location"), text(item, "TextBody")
    join = find_join_link((text(item, "JoinOnlineMeetingUrl"),), (location, body))
    response = text(item, "MyResponseType")
    remote_id, change_key = id_of(item)
    return MeetingRow(
        remote_id=remote_id,
        change_key=change_key,
        kind=KINDS[text(item, "CalendarItemType") or "Single"],
        master_id="",
        pattern="",
        subject=text(item, "Subject"),
        preview=body[:PREVIEW],
        location=location,
        organizer_name=text(item, "Organizer", "Mailbox", "Name"),
        organizer_email=address_of(text(item, "Organizer", "Mailbox", "EmailAddress")),
        is_organizer=response == "Organizer" or not is_true(item, "IsMeeting"),
        attendee_count=sum(len(item.findall(f"{TYPES}{name}/{TYPES}Attendee")) for name in ATTENDEES),
        start_at=None if all_day else start,
        end_at=None if all_day else end,
        start_date=first if all_day else None,
        end_date=max(last, first + timedelta(days=1)) if all_day else None,
        zone=zone,
        join_url=join.url if join else "",
        join_provider=join.provider if join else "",
        is_cancelled=is_true(item, "IsCancelled"),
        is_private=text(item, "Sensitivity") in PRIVATE,
        show_as=FREE_BUSY.get(text(item, "LegacyFreeBusyStatus"), ""),
        response=RESPONSES.get(response, ""),
        wants_response=is_true(item, "IsResponseRequested"),
        web_link=link_of(text(item, "WebClientReadFormQueryString")),
    )


def is_within(row: MeetingRow, window: Window) -> bool:
    """Whether it takes place in the window: a view also shows what only touches it. Days are those of UTC, as in Graph.

    What begins and ends at one moment takes place at that.
    """
    if row.start_date and row.end_date:
        return row.start_date < window.end.date() and row.end_date > window.start.date()
    start, end = row.start_at or window.end, row.end_at or window.end
    return start < window.end and (end > window.start or start == end == window.start)


def uid_of(item: _Element) -> str:
    """What a series has in common with each of its occurrences and exceptions."""
    return text(item, "UID")


def pattern_of(master: _Element) -> str:
    """How a series repeats, in Graph's word; empty where EWS has another one."""
    recurrence = master.find(f"{TYPES}Recurrence")
    names = [] if recurrence is None else [str(part.tag).removeprefix(TYPES) for part in recurrence]
    return next((PATTERNS[name] for name in names if name in PATTERNS), "")


def id_of(item: _Element) -> tuple[str, str]:
    """An item's id, which stays the same within its mailbox, and its change key. Raises KeyError or ValueError."""
    found = item.find(f"{TYPES}ItemId")
    if found is None:
        raise KeyError("ItemId")
    remote_id = str(found.attrib["Id"])
    if len(remote_id) > LONGEST_ID:
        raise ValueError("an id that no index takes")
    return remote_id, str(found.get("ChangeKey", ""))


def text(item: _Element, *path: str) -> str:
    """The text at this path below the item, or nothing."""
    return (item.findtext("/".join(f"{TYPES}{name}" for name in path)) or "")[:LONGEST_TEXT]


def is_true(item: _Element, name: str) -> bool:
    """A truth value, which XML may write in two ways; false where it is absent."""
    return text(item, name) in ("true", "1")


def moment(item: _Element, name: str) -> datetime:
    """A time in UTC; one without an offset is in the zone that we asked for, which is UTC."""
    written = datetime.fromisoformat(text(item, name))
    return written.astimezone(UTC) if written.tzinfo else written.replace(tzinfo=UTC)


def zone_of(item: _Element) -> str:
    """The IANA name of the zone that the item was planned in; empty for zones that have none."""
    found = item.find(f"{TYPES}StartTimeZone")
    return "" if found is None else to_iana(str(found.get("Id", "")))


def day_of(midnight: datetime, zone: str) -> date:
    """The day that begins at this midnight of a zone.

    Of a zone that is not known, or is not the one that the day was written in, the nearest day of it.
    """
    local = midnight.astimezone(ZoneInfo(zone)) if zone else midnight
    return (local + HALF_A_DAY).date()


def address_of(written: str) -> str:
    """A mail address; people of the company may have a directory's path instead, which is none."""
    return written if "@" in written else ""


def link_of(written: str) -> str:
    """The page of the item in Outlook on the web, where the server says the whole address of it."""
    try:
        return written if urlsplit(written).scheme == "https" else ""
    except ValueError:
        return ""
