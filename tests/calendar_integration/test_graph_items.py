"""Graph's items as rows."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from calendar_integration.clients import graph_contacts, graph_events


def make_event(**changes: Any) -> dict[str, Any]:
    """An event as Graph sends it, shortened."""
    event = {
        "id": "AAMk1",
        "changeKey": "k1",
        "type": "singleInstance",
        "subject": "Budget review",
        "start": {"dateTime": "2026-11-23T09:00:00.0000000", "timeZone": "UTC"},
        "end": {"dateTime": "2026-11-23T09:30:00.0000000", "timeZone": "UTC"},
        "isAllDay": False,
        "originalStartTimeZone": "W. Europe Standard Time",
    }
    return event | changes


def at(day: str) -> dict[str, str]:
    return {"dateTime": f"{day}T00:00:00.0000000", "timeZone": "UTC"}


def test_times_are_aware_and_in_utc() -> None:
    row = graph_events.to_row(make_event())
    assert row.start_at == datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert (row.start_date, row.zone) == (None, "Europe/Berlin")


def test_a_time_in_another_zone_than_asked_for_is_refused() -> None:
    with pytest.raises(ValueError, match="instead of UTC"):
        graph_events.to_row(make_event(start={"dateTime": "2026-11-23T09:00:00.0000000", "timeZone": "Tokyo"}))


def test_all_day_is_dates_whatever_the_zone() -> None:
    row = graph_events.to_row(make_event(isAllDay=True, start=at("2026-11-23"), end=at("2026-11-26")))
    assert (row.start_date, row.end_date, row.start_at) == (date(2026, 11, 23), date(2026, 11, 26), None)


def test_all_day_that_ends_where_it_starts_lasts_that_day() -> None:
    row = graph_events.to_row(make_event(isAllDay=True, start=at("2026-11-23"), end=at("2026-11-23")))
    assert row.end_date == date(2026, 11, 24)


@pytest.mark.parametrize(("sensitivity", "is_private"), [("private", True), ("confidential", True), ("normal", False)])
def test_private_is_known(sensitivity: str, is_private: bool) -> None:
    assert graph_events.to_row(make_event(sensitivity=sensitivity)).is_private is is_private


def test_a_stripped_occurrence_is_told_from_a_whole_one() -> None:
    stripped = make_event(type="occurrence", seriesMasterId="M")
    assert not graph_events.is_stripped(stripped)
    del stripped["subject"]
    assert graph_events.is_stripped(stripped)
    assert graph_events.to_occurrence(stripped).master_id == "M"


def test_nulls_are_empty() -> None:
    nothing = dict.fromkeys(("subject", "bodyPreview", "location", "organizer", "attendees", "responseStatus"), None)
    row = graph_events.to_row(make_event(**nothing, onlineMeeting=None, recurrence=None, body=None))
    assert (row.subject, row.location, row.attendee_count, row.join_url) == ("", "", 0, "")


def test_a_contact_is_listed_by_the_best_name_it_has() -> None:
    assert graph_contacts.name_of({"displayName": "Pia Rossi", "givenName": "P."}) == "Pia Rossi"
    assert graph_contacts.name_of({"givenName": "Pia", "surname": "Rossi"}) == "Pia Rossi"
    assert graph_contacts.name_of({"companyName": "Proseware"}) == "Proseware"
    assert graph_contacts.name_of({}) == ""


def test_phones_keep_their_kind() -> None:
    item = {"mobilePhone": "+1", "businessPhones": ["+2", "+3"], "homePhones": []}
    assert graph_contacts.phones_of(item) == [["mobile", "+1"], ["business", "+2"], ["business", "+3"]]
