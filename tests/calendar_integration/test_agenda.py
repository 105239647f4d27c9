"""Days of an agenda by a person's clock."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from accounts.models import User
from calendar_integration import meetings
from calendar_integration.meetings import Day
from tests.makers import make_account, make_connection, make_meeting, make_user

pytestmark = pytest.mark.django_db

MADRID, TOKYO, NEW_YORK = (ZoneInfo(name) for name in ("Europe/Madrid", "Asia/Tokyo", "America/New_York"))
MONDAY = date(2026, 11, 23)


def make_person(*booked: dict[str, Any]) -> User:
    """Somebody with these meetings."""
    connection = make_connection(make_user(make_account()))
    for meeting in booked:
        make_meeting(connection, **meeting)
    return connection.user


def shown(days: list[Day]) -> list[tuple[str, list[str]]]:
    return [(f"{day.date:%d %b}", [item.meeting.subject for item in day.items]) for day in days]


def utc(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def all_day(first: date, days: int) -> dict[str, Any]:
    return {"start_at": None, "end_at": None, "start_date": first, "end_date": first + timedelta(days=days)}


def test_a_meeting_stands_on_the_day_it_has_where_the_person_is() -> None:
    person = make_person({"subject": "Late call", "start_at": utc(23, 16), "end_at": utc(23, 17)})
    assert shown(meetings.agenda(person, MONDAY, MADRID)) == [("23 Nov", ["Late call"])]
    assert shown(meetings.agenda(person, MONDAY, TOKYO)) == [("24 Nov", ["Late call"])]


def test_all_day_stands_on_its_dates_whatever_the_clock() -> None:
    person = make_person({"subject": "Fair", **all_day(MONDAY, 2)})
    for zone in (MADRID, TOKYO, NEW_YORK):
        assert shown(meetings.agenda(person, MONDAY, zone)) == [("23 Nov", ["Fair"]), ("24 Nov", ["Fair"])]


def test_all_day_comes_first_then_the_times_in_order() -> None:
    person = make_person(
        {"subject": "Noon", "start_at": utc(23, 11), "end_at": utc(23, 12)},
        {"subject": "Morning", "start_at": utc(23, 8), "end_at": utc(23, 9)},
        {"subject": "Holiday", **all_day(MONDAY, 1)},
    )
    assert shown(meetings.agenda(person, MONDAY, MADRID)) == [("23 Nov", ["Holiday", "Morning", "Noon"])]


def test_a_meeting_over_midnight_stands_on_both_days_and_one_that_ends_at_midnight_on_one() -> None:
    person = make_person(
        {"subject": "Night shift", "start_at": utc(23, 21), "end_at": utc(24, 3)},
        {"subject": "Evening", "start_at": utc(23, 22), "end_at": utc(23, 23)},
    )
    assert shown(meetings.agenda(person, MONDAY, MADRID)) == [
        ("23 Nov", ["Night shift", "Evening"]),
        ("24 Nov", ["Night shift"]),
    ]


def test_a_meeting_without_length_is_shown() -> None:
    person = make_person({"subject": "Reminder", "start_at": utc(23, 9), "end_at": utc(23, 9)})
    assert shown(meetings.agenda(person, MONDAY, MADRID)) == [("23 Nov", ["Reminder"])]


def test_only_the_days_asked_for_are_shown() -> None:
    person = make_person(
        {"subject": "Before", "start_at": utc(22, 9), "end_at": utc(22, 10)},
        {"subject": "In", "start_at": utc(29, 9), "end_at": utc(29, 10)},
        {"subject": "After", "start_at": utc(30, 9), "end_at": utc(30, 10)},
    )
    assert shown(meetings.agenda(person, MONDAY, MADRID, days=7)) == [("29 Nov", ["In"])]


def test_a_series_itself_is_no_meeting_and_other_peoples_are_not_mine() -> None:
    person = make_person({"subject": "Series", "kind": "seriesMaster"})
    make_meeting(make_connection(make_user(person.account, "bo")), subject="Theirs")
    assert meetings.agenda(person, MONDAY, MADRID) == []


def test_the_clock_where_it_was_planned_is_named_when_it_differs() -> None:
    person = make_person(
        {"start_at": utc(23, 14), "end_at": utc(23, 15), "zone": "America/New_York"},
        {"start_at": utc(23, 16), "end_at": utc(23, 17), "zone": "Europe/Berlin"},
        {"start_at": utc(23, 18), "end_at": utc(23, 19), "zone": "Asia/Tokyo"},
    )
    (day,) = meetings.agenda(person, MONDAY, MADRID)
    assert [item.elsewhere for item in day.items] == ["09:00 New York", "", "Tue 03:00 Tokyo"]


def test_what_is_on_now_says_so_unless_it_is_cancelled() -> None:
    times = {"start_at": utc(23, 9), "end_at": utc(23, 10)}
    person = make_person({"subject": "On", **times}, {"subject": "Off", "is_cancelled": True, **times})
    with time_machine.travel(utc(23, 9, 30), tick=False):
        (day,) = meetings.agenda(person, MONDAY, MADRID)
    assert {item.meeting.subject: item.is_now for item in day.items} == {"On": True, "Off": False}


def test_a_private_meeting_tells_nothing_but_that() -> None:
    person = make_person({"is_private": True, "location": "Clinic"})
    (day,) = meetings.agenda(person, MONDAY, MADRID)
    assert day.items[0].facts == ["Private: only you see the details"]


def test_the_change_to_winter_time_moves_no_meeting_to_another_hour() -> None:
    person = make_person(
        {
            "subject": "Summer",
            "start_at": datetime(2026, 10, 24, 8, tzinfo=UTC),
            "end_at": datetime(2026, 10, 24, 9, tzinfo=UTC),
        },
        {
            "subject": "Winter",
            "start_at": datetime(2026, 10, 26, 9, tzinfo=UTC),
            "end_at": datetime(2026, 10, 26, 10, tzinfo=UTC),
        },
    )
    days = meetings.agenda(person, date(2026, 10, 24), MADRID)
    assert [f"{item.starts:%H:%M}" for day in days for item in day.items] == ["10:00", "10:00"]


def test_search_looks_at_title_place_and_organiser_from_a_day_on() -> None:
    person = make_person(
        {"subject": "Budget review", "start_at": utc(23, 9), "end_at": utc(23, 10)},
        {"subject": "Stand-up", "location": "Budget room", "start_at": utc(25, 9), "end_at": utc(25, 10)},
        {"subject": "Budget of last week", "start_at": utc(16, 9), "end_at": utc(16, 10)},
        {"subject": "Lunch", "start_at": utc(26, 9), "end_at": utc(26, 10)},
    )
    assert shown(meetings.search(person, "budget", MONDAY, MADRID)) == [
        ("23 Nov", ["Budget review"]),
        ("25 Nov", ["Stand-up"]),
    ]
    assert shown(meetings.search(person, "budget omar room", MONDAY, MADRID)) == [("25 Nov", ["Stand-up"])]
    assert meetings.search(person, "100%_", MONDAY, MADRID) == []
