"""After a sync the portal's rows are the mailbox, whatever changed in it."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from calendar_integration.models import Connection, Contact, Meeting
from tests.calendar_integration.mirror import assert_is_mirror, listed_meetings
from tests.calendar_integration.synced import make_connected, make_synced, sync
from tests.sandbox.running import Sandbox

pytestmark = pytest.mark.django_db


def events(microsoft: Sandbox, connection: Connection, kind: str) -> list[dict[str, Any]]:
    answer = microsoft.control("GET", f"/people/{connection.mailbox}/events")
    return [event for event in answer["value"] if event["type"] == kind and not event["isAllDay"]]


def change(microsoft: Sandbox, connection: Connection, event_id: str, **changes: Any) -> None:
    microsoft.control("PATCH", f"/people/{connection.mailbox}/events/{event_id}", changes)


def at(days: int, hour: int = 10) -> dict[str, str]:
    moment = datetime.now(UTC).replace(hour=hour, minute=0, second=0, microsecond=0) + timedelta(days=days)
    return {"dateTime": f"{moment:%Y-%m-%dT%H:%M:%S}.0000000", "timeZone": "UTC"}


def test_the_first_sync_brings_everything(microsoft: Sandbox) -> None:
    connection = make_connected(microsoft)
    events_round, contacts_round = sync(connection).rounds
    assert (events_round.is_full, contacts_round.is_full) == (True, True)
    assert Meeting.objects.filter(connection=connection).count() > 50
    assert_is_mirror(microsoft, connection)


def test_a_second_sync_changes_nothing_and_costs_one_request_per_stream(microsoft: Sandbox) -> None:
    connection = make_synced(microsoft)
    microsoft.control("DELETE", "/requests")
    for done in sync(connection).rounds:
        assert (done.is_full, done.changed, done.deleted) == (False, 0, 0)
    assert len(microsoft.control("GET", "/requests")) == 2


def test_a_full_round_over_unchanged_rows_writes_none(microsoft: Sandbox) -> None:
    connection = make_synced(microsoft)
    connection.streams.update(delta_link="")
    for done in sync(connection).rounds:
        assert (done.is_full, done.changed, done.deleted) == (True, 0, 0)


def test_a_moved_meeting_moves(microsoft: Sandbox) -> None:
    connection = make_synced(microsoft)
    event = events(microsoft, connection, "singleInstance")[0]
    change(microsoft, connection, event["id"], start=at(3, 15), end=at(3, 16), subject="Moved")
    assert sync(connection).rounds[0].changed == 1
    assert Meeting.objects.get(remote_id=event["id"]).subject == "Moved"
    assert_is_mirror(microsoft, connection)


def test_a_meeting_moved_out_of_the_window_goes_and_comes_back(microsoft: Sandbox) -> None:
    connection = make_synced(microsoft)
    event = events(microsoft, connection, "singleInstance")[0]
    change(microsoft, connection, event["id"], start=at(900), end=at(900, 11))
    sync(connection)
    assert not Meeting.objects.filter(remote_id=event["id"]).exists()
    change(microsoft, connection, event["id"], start=at(2), end=at(2, 11))
    sync(connection)
    assert_is_mirror(microsoft, connection)


def test_a_moved_occurrence_moves_alone(microsoft: Sandbox) -> None:
    connection = make_synced(microsoft)
    occurrence = events(microsoft, connection, "occurrence")[0]
    change(microsoft, connection, occurrence["id"], start=at(4, 7), end=at(4, 8))
    sync(connection)
    assert Meeting.objects.get(remote_id=occurrence["id"]).kind == "exception"
    assert_is_mirror(microsoft, connection)


def test_a_deleted_occurrence_goes_though_graph_does_not_say_so(microsoft: Sandbox) -> None:
    connection = make_synced(microsoft)
    occurrence = events(microsoft, connection, "occurrence")[0]
    microsoft.control("DELETE", f"/people/{connection.mailbox}/events/{occurrence['id']}")
    sync(connection)
    assert not Meeting.objects.filter(remote_id=occurrence["id"]).exists()
    assert_is_mirror(microsoft, connection)


def test_a_renamed_series_is_renamed_in_every_occurrence(microsoft: Sandbox) -> None:
    connection = make_synced(microsoft)
    master_id = events(microsoft, connection, "occurrence")[0]["seriesMasterId"]
    change(microsoft, connection, master_id, subject="Another name")
    sync(connection)
    assert Meeting.objects.filter(master_id=master_id, kind="occurrence").exclude(subject="Another name").count() == 0
    assert_is_mirror(microsoft, connection)


@pytest.mark.parametrize("fault", ["", "graph.bare_series_removal"])
def test_a_deleted_series_takes_its_occurrences_along(microsoft: Sandbox, fault: str) -> None:
    connection = make_synced(microsoft)
    if fault:
        microsoft.fault(fault)
    master_id = events(microsoft, connection, "occurrence")[0]["seriesMasterId"]
    microsoft.control("DELETE", f"/people/{connection.mailbox}/events/{master_id}")
    sync(connection)
    assert not Meeting.objects.filter(master_id=master_id).exists()
    assert_is_mirror(microsoft, connection)


def test_contacts_come_change_and_go(microsoft: Sandbox) -> None:
    connection = make_synced(microsoft)
    path = f"/people/{connection.mailbox}/contacts"
    first, second, *_ = microsoft.control("GET", path)["value"]
    microsoft.control("DELETE", f"{path}/{first['id']}")
    microsoft.control("PATCH", f"{path}/{second['id']}", {"companyName": "Renamed"})
    microsoft.control("POST", path, {"displayName": "Zoë New", "emailAddresses": [{"address": "zoe@post.example"}]})
    done = sync(connection).rounds[1]
    assert (done.is_full, done.changed, done.deleted) == (False, 2, 1)
    assert Contact.objects.get(remote_id=second["id"]).company == "Renamed"
    assert_is_mirror(microsoft, connection)


def test_the_window_moves_on_with_the_days(microsoft: Sandbox) -> None:
    connection = make_synced(microsoft)
    stream = connection.streams.get(kind="events")
    assert stream.window_start
    stream.window_start -= timedelta(days=1)
    stream.save()
    assert sync(connection).rounds[0].is_full
    assert_is_mirror(microsoft, connection)


@pytest.mark.parametrize(("setting", "days"), [("SYNC_WINDOW_DAYS_BACK", 60), ("SYNC_WINDOW_DAYS_AHEAD", 30)])
def test_another_window_counts_from_the_next_sync_on(
    microsoft: Sandbox, settings: Settings, setting: str, days: int
) -> None:
    connection = make_synced(microsoft)
    setattr(settings, setting, days)
    events_round, contacts_round = sync(connection).rounds
    assert (events_round.is_full, contacts_round.is_full) == (True, False)
    assert_is_mirror(microsoft, connection)


@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000))
def test_random_changes_between_syncs_are_all_followed(microsoft: Sandbox, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - repeatable chances, no secrets
    connection = Connection.objects.first() or make_synced(microsoft)
    for _ in range(6):
        change_at_random(chance, microsoft, connection)
    sync(connection)
    assert_is_mirror(microsoft, connection)


def change_at_random(chance: random.Random, microsoft: Sandbox, connection: Connection) -> None:
    """Rename, move, delete or add something, of any kind."""
    listed = sorted(listed_meetings(microsoft, connection))
    path, day = f"/people/{connection.mailbox}/events", chance.choice([2, 40, 900])
    times = {"start": at(day), "end": at(day, 11)}
    match chance.choice(["rename", "move", "delete", "add"]):
        case "rename":
            microsoft.control("PATCH", f"{path}/{chance.choice(listed)}", {"subject": f"Renamed {chance.random()}"})
        case "move":
            microsoft.control("PATCH", f"{path}/{chance.choice(listed)}", {**times, "isAllDay": False})
        case "delete":
            microsoft.control("DELETE", f"{path}/{chance.choice(listed)}")
        case _:
            microsoft.control("POST", path, {"subject": "Added", **times})
