"""Whether the portal's rows are the mailbox: compared with its plain listing, not with the delta that fed them."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from calendar_integration.models import Connection, Contact, Meeting, MeetingKind, Stream
from tests.sandbox.running import Sandbox


def listed_meetings(microsoft: Sandbox, connection: Connection) -> dict[str, Any]:
    """The mailbox's own listing of the window, in comparable form."""
    stream = Stream.objects.get(connection=connection, kind="events")
    assert stream.window_start
    assert stream.window_end
    window = f"start={stream.window_start:%Y-%m-%dT%H:%M:%SZ}&end={stream.window_end:%Y-%m-%dT%H:%M:%SZ}"
    answer = microsoft.control("GET", f"/people/{connection.mailbox}/events?{window}")
    return {event["id"]: as_listed(event) for event in answer["value"]}


def as_listed(event: dict[str, Any]) -> tuple[Any, ...]:
    """What must be the same, read from Graph's JSON by plain means."""
    start, end = (datetime.fromisoformat(event[key]["dateTime"][:19] + "+00:00") for key in ("start", "end"))
    times = (start.date(), end.date()) if event["isAllDay"] else (start, end)
    return (
        event["subject"],
        event["type"],
        *times,
        event["isAllDay"],
        event["isCancelled"],
        event["sensitivity"] in ("private", "confidential"),
        event["organizer"]["emailAddress"]["address"],
        event["location"]["displayName"],
        len(event["attendees"]),
    )


def held_meetings(connection: Connection) -> dict[str, Any]:
    """The portal's rows in the same form."""
    rows = Meeting.objects.filter(connection=connection).exclude(kind=MeetingKind.MASTER)
    return {row.remote_id: as_held(row) for row in rows}


def as_held(row: Meeting) -> tuple[Any, ...]:
    """The same fields of a row."""
    times = (row.start_date, row.end_date) if row.is_all_day else tuple(t.astimezone(UTC) for t in row.times)
    return (
        row.subject,
        row.kind,
        *times,
        row.is_all_day,
        row.is_cancelled,
        row.is_private,
        row.organizer_email,
        row.location,
        row.attendee_count,
    )


def assert_is_mirror(microsoft: Sandbox, connection: Connection) -> None:
    """Nothing lost, nothing doubled, nothing different, in the calendar and in the contacts."""
    assert held_meetings(connection) == listed_meetings(microsoft, connection)
    contacts = microsoft.control("GET", f"/people/{connection.mailbox}/contacts")["value"]
    held = Contact.objects.filter(connection=connection)
    assert {row.remote_id: row.emails for row in held} == {
        contact["id"]: [email["address"] for email in contact["emailAddresses"]] for contact in contacts
    }


def assert_is_alike(microsoft: Sandbox, connection: Connection) -> None:
    """The same of a mailbox whose server has other ids than the listing, which are Graph's."""
    assert Counter(held_meetings(connection).values()) == Counter(listed_meetings(microsoft, connection).values())
    contacts = microsoft.control("GET", f"/people/{connection.mailbox}/contacts")["value"]
    held = Contact.objects.filter(connection=connection)
    assert Counter((row.name, *row.emails) for row in held) == Counter(
        (contact["displayName"], *(email["address"] for email in contact["emailAddresses"])) for contact in contacts
    )
