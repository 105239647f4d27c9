"""Graph's events as rows: pure.

https://learn.microsoft.com/graph/api/resources/event
"""

from datetime import date, datetime
from typing import Any

from calendar_integration.clients.base import MeetingRow, Occurrence
from calendar_integration.join_links import find_join_link
from calendar_integration.zones import to_iana

PRIVATE = ("private", "confidential")
SHORT = 20  # what the columns of Graph's words have room for; all its words are shorter


def is_stripped(item: dict[str, Any]) -> bool:
    """Whether it is an occurrence with its times only, as delta sends them."""
    return item.get("type") == "occurrence" and "subject" not in item


def to_occurrence(item: dict[str, Any]) -> Occurrence:
    """A stripped occurrence. Raises KeyError or ValueError where Graph's item is malformed."""
    return Occurrence(
        remote_id=item["id"],
        change_key=item.get("@odata.etag", ""),
        master_id=item["seriesMasterId"],
        start_at=moment(item["start"]),
        end_at=moment(item["end"]),
    )


def to_row(item: dict[str, Any]) -> MeetingRow:
    """A whole event. Raises KeyError, TypeError or ValueError where Graph's item is malformed."""
    start, end = moment(item["start"]), moment(item["end"])
    all_day = bool(item.get("isAllDay"))
    organizer = (item.get("organizer") or {}).get("emailAddress") or {}
    location = (item.get("location") or {}).get("displayName") or ""
    body = (item.get("body") or {}).get("content") or ""
    link = find_join_link(_declared_links(item), (location, body))
    return MeetingRow(
        remote_id=item["id"],
        change_key=item.get("changeKey") or item.get("@odata.etag", ""),
        kind=(item.get("type") or "singleInstance")[:SHORT],
        master_id=item.get("seriesMasterId") or "",
        pattern=(((item.get("recurrence") or {}).get("pattern") or {}).get("type") or "")[:SHORT],
        subject=item.get("subject") or "",
        preview=item.get("bodyPreview") or "",
        location=location,
        organizer_name=organizer.get("name") or "",
        organizer_email=organizer.get("address") or "",
        is_organizer=bool(item.get("isOrganizer")),
        attendee_count=len(item.get("attendees") or ()),
        start_at=None if all_day else start,
        end_at=None if all_day else end,
        start_date=start.date() if all_day else None,
        end_date=_end_date(start, end) if all_day else None,
        zone=to_iana(item.get("originalStartTimeZone") or ""),
        join_url=link.url if link else "",
        join_provider=link.provider if link else "",
        is_cancelled=bool(item.get("isCancelled")),
        is_private=item.get("sensitivity") in PRIVATE,
        show_as=(item.get("showAs") or "")[:SHORT],
        response=((item.get("responseStatus") or {}).get("response") or "")[:SHORT],
        wants_response=bool(item.get("responseRequested")),
        web_link=item.get("webLink") or "",
    )


def moment(value: dict[str, str]) -> datetime:
    """Graph's dateTimeTimeZone as an aware time. We ask for no zone, so that Graph answers in UTC."""
    if value["timeZone"] != "UTC":
        raise ValueError(f"a time in {value['timeZone']!r} instead of UTC")
    return datetime.fromisoformat(f"{value['dateTime'][:19]}+00:00")


def _end_date(start: datetime, end: datetime) -> date:
    """The first day after an all-day event; one that ends where it starts lasts that day."""
    return max(end.date(), date.fromordinal(start.date().toordinal() + 1))


def _declared_links(item: dict[str, Any]) -> tuple[str, str]:
    online = item.get("onlineMeeting") or {}
    return online.get("joinUrl") or "", item.get("onlineMeetingUrl") or ""
