"""A calendar on-premises, read with exchangelib unmodified over TLS, and compared with the plain listing."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from exchangelib import Account
from exchangelib.errors import (
    ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange,
    ErrorCalendarOccurrenceIsDeletedFromRecurrence,
    ErrorCalendarViewRangeTooBig,
    ErrorItemNotFound,
)
from exchangelib.ewsdatetime import EWSDate, EWSDateTime, EWSTimeZone
from exchangelib.items import CalendarItem

from tests.sandbox.ews_side import PIA, Exchange, HeldAgainstTheSchema, get_item

# exchangelib says that it does not know "Customized Time Zone", which every mailbox has an event in.
pytestmark = pytest.mark.filterwarnings("ignore:[\\s\\S]*Customized Time Zone:UserWarning")
Json = dict[str, Any]
_UTC = EWSTimeZone("UTC")
CALENDAR = f"/people/{PIA}/events"


def usual_window() -> tuple[datetime, datetime]:
    """30 days back and 365 ahead."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=30), today + timedelta(days=365)


def truth(exchange: Exchange) -> list[Json]:
    """The plain listing of the same window."""
    rows: list[Json] = exchange.sandbox.control("GET", CALENDAR)["value"]
    return rows


def event(exchange: Exchange, **properties: Any) -> Json:
    """A new event in Pia's calendar, tomorrow at ten in Berlin unless told otherwise."""
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    start = {"dateTime": f"{tomorrow}T10:00:00", "timeZone": "W. Europe Standard Time"}
    row: Json = exchange.sandbox.control("POST", CALENDAR, {"subject": "New", "start": start, **properties}, 201)
    return row


def found(account: Account, subject: str, days: int = 8) -> list[CalendarItem]:
    """The rows of that subject in the next days."""
    start = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return [row for row in account.calendar.view(start, start + timedelta(days=days)) if row.subject == subject]


def as_shown(row: CalendarItem) -> tuple[str, str, str, str]:
    """Subject, kind, start and end; an all-day row in dates, its end exclusive."""
    kind = {"Single": "singleInstance", "Occurrence": "occurrence", "Exception": "exception"}[row.type]
    if isinstance(row.start, EWSDate):
        return row.subject, kind, str(row.start), str(row.end + timedelta(days=1))
    return row.subject, kind, *(moment.astimezone(_UTC).isoformat()[:19] for moment in (row.start, row.end))


def as_listed(row: Json) -> tuple[str, str, str, str]:
    """The same of the plain listing."""
    length = 10 if row["isAllDay"] else 19
    return row["subject"], row["type"], row["start"]["dateTime"][:length], row["end"]["dateTime"][:length]


def test_a_view_shows_what_the_plain_listing_shows(pia: Exchange) -> None:
    rows = list(pia.account().calendar.view(*usual_window()))
    listed = truth(pia)
    assert sorted(map(as_shown, rows)) == sorted(map(as_listed, listed))
    assert len({row.id for row in rows}) == len(listed)
    assert not {row.id for row in rows} & {row["id"] for row in listed}
    assert HeldAgainstTheSchema.operations[:3] == ["GetFolder", "GetFolder", "FindItem"]
    assert set(HeldAgainstTheSchema.operations[3:]) == {"GetItem"}


def test_what_a_meeting_is_made_of_comes_along(pia: Exchange) -> None:
    organizer = {"emailAddress": {"name": "Ana Lima", "address": "ana@contoso.example"}}
    guest = {"type": "optional", "emailAddress": {"name": "Bo", "address": "bo@contoso.example"}}
    me = {"type": "required", "emailAddress": {"name": "Pia", "address": PIA}, "status": {"response": "accepted"}}
    url = "https://teams.microsoft.com/l/meetup-join/1"
    event(
        pia,
        organizer=organizer,
        attendees=[me, guest],
        sensitivity="private",
        showAs="tentative",
        isCancelled=True,
        location={"displayName": "Room 4"},
        body={"contentType": "html", "content": "<p>Hello</p>"},
        responseStatus={"response": "tentativelyAccepted", "time": "2026-01-01T00:00:00Z"},
        categories=["Red"],
        onlineMeeting={"joinUrl": url},
        isOnlineMeeting=True,
    )
    (row,) = found(pia.account(), "New")
    assert (row.organizer.name, row.organizer.email_address) == ("Ana Lima", "ana@contoso.example")
    assert [one.mailbox.email_address for one in row.required_attendees] == [PIA]
    assert [one.response_type for one in row.required_attendees] == ["Accept"]
    assert [one.mailbox.name for one in row.optional_attendees] == ["Bo"]
    assert (row.sensitivity, row.legacy_free_busy_status, row.is_cancelled) == ("Private", "Tentative", True)
    assert (row.location, row.body, row.categories) == ("Room 4", "<p>Hello</p>", ["Red"])
    assert (row.my_response_type, row.is_meeting, row.is_online_meeting) == ("Tentative", True, True)
    assert row.appointment_state == ("Meeting", "Received", "Canceled")
    assert row._start_timezone == EWSTimeZone("Europe/Berlin")
    shape = '<t:AdditionalProperties><t:FieldURI FieldURI="calendar:JoinOnlineMeetingUrl"/></t:AdditionalProperties>'
    answer = pia.ask(get_item(row.id, shape))
    assert answer.findtext(".//{*}JoinOnlineMeetingUrl") == url


def test_an_all_day_event_lasts_from_midnight_to_midnight_of_its_own_zone(pia: Exchange) -> None:
    day = datetime.now(UTC).date() + timedelta(days=3)
    tokyo = "Tokyo Standard Time"
    start, end = ({"dateTime": f"{one}T00:00:00", "timeZone": tokyo} for one in (day, day + timedelta(days=2)))
    event(pia, subject="Away", start=start, end=end, isAllDay=True)
    account = pia.account()
    (row,) = found(account, "Away")
    assert (row.start, row.end) == (EWSDate.from_date(day), EWSDate.from_date(day + timedelta(days=1)))
    answer = pia.ask(get_item(row.id, base="Default"))
    assert answer.findtext(".//{*}Start") == f"{day - timedelta(days=1)}T15:00:00Z"


def test_times_are_written_in_the_zone_of_the_request(pia: Exchange) -> None:
    event(pia, start={"dateTime": "2027-01-11T10:00:00", "timeZone": "W. Europe Standard Time"})
    operation = (
        '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape>'
        '<m:CalendarView StartDate="2027-01-11T04:59:00" EndDate="2027-01-11T05:00:00"/>'
        '<m:ParentFolderIds><t:DistinguishedFolderId Id="calendar"/></m:ParentFolderIds></m:FindItem>'
    )
    zone = '<t:TimeZoneContext><t:TimeZoneDefinition Id="Eastern Standard Time"/></t:TimeZoneContext>'
    found_there = pia.ask(operation.replace("04:59", "04:00"), header=zone)
    assert "2027-01-11T04:00:00-05:00" in [node.text for node in found_there.iter("{*}Start")]


def test_a_series_has_one_master(pia: Exchange) -> None:
    monday = date(2027, 3, 1)
    start = {"dateTime": f"{monday}T09:00:00", "timeZone": "W. Europe Standard Time"}
    pattern = {"type": "weekly", "interval": 2, "daysOfWeek": ["monday", "wednesday"], "firstDayOfWeek": "monday"}
    bounds = {"type": "numbered", "numberOfOccurrences": 6, "startDate": str(monday)}
    event(pia, subject="Series", start=start, recurrence={"pattern": pattern, "range": bounds})
    rows = pia.sandbox.control("GET", f"{CALENDAR}?start=2027-03-01T00:00:00&end=2027-04-20T00:00:00")["value"]
    ours = [row for row in rows if row["subject"] == "Series"]
    pia.sandbox.control("PATCH", f"{CALENDAR}/{ours[1]['id']}", {"subject": "Renamed"})
    pia.sandbox.control("DELETE", f"{CALENDAR}/{ours[2]['id']}")

    account = pia.account()
    window = (datetime(2027, 3, 1, tzinfo=UTC), datetime(2027, 4, 20, tzinfo=UTC))
    listed = [row for row in account.calendar.view(*window) if row.subject in ("Series", "Renamed")]
    assert [row.type for row in listed] == ["Occurrence", "Exception", "Occurrence", "Occurrence", "Occurrence"]
    assert len({row.uid for row in listed}) == 1
    # Summer time begins on 28 March: nine in Berlin is seven in UTC from then on.
    assert [row.start.astimezone(_UTC).hour for row in listed] == [8, 8, 8, 7, 7]

    master = listed[0].recurring_master()
    master.refresh()
    assert (master.type, master.subject) == ("RecurringMaster", "Series")
    assert (master.recurrence.pattern.interval, master.recurrence.pattern.weekdays) == (2, [1, 3])
    assert master.recurrence.boundary.number == 6
    assert master.first_occurrence.start == EWSDateTime(2027, 3, 1, 8, tzinfo=_UTC)
    assert [one.original_start.day for one in master.modified_occurrences] == [3]
    assert [one.start.day for one in master.deleted_occurrences] == [15]
    second = master.occurrence(2)
    second.refresh()
    assert (second.subject, second.id) == ("Renamed", listed[1].id)
    with pytest.raises(ErrorCalendarOccurrenceIsDeletedFromRecurrence):
        master.occurrence(3).refresh()
    with pytest.raises(ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange):
        master.occurrence(7).refresh()


def test_a_change_changes_the_change_key_and_not_the_id(pia: Exchange) -> None:
    made = event(pia)
    account = pia.account()
    (before,) = found(account, "New")
    pia.sandbox.control("PATCH", f"{CALENDAR}/{made['id']}", {"location": {"displayName": "Elsewhere"}})
    (after,) = found(account, "New")
    assert (after.id, after.location) == (before.id, "Elsewhere")
    assert after.changekey != before.changekey


def test_what_was_deleted_is_not_found(pia: Exchange) -> None:
    made = event(pia)
    account = pia.account()
    (row,) = found(account, "New")
    pia.sandbox.control("DELETE", f"{CALENDAR}/{made['id']}")
    (missing,) = account.fetch([row])
    assert isinstance(missing, ErrorItemNotFound)


def test_a_view_is_at_most_two_years_long(pia: Exchange) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    account = pia.account()
    assert list(account.calendar.view(start, start + timedelta(days=731), max_items=3))
    with pytest.raises(ErrorCalendarViewRangeTooBig):
        list(account.calendar.view(start, start + timedelta(days=740)))
