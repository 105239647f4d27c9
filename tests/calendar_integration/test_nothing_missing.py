"""What cannot be read, or has lost its series' master, is never silently missing, and holds up nothing else."""

import time
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, cast

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from calendar_integration.errors import UnavailableError
from calendar_integration.mailbox_status.status_reading import mailbox_status
from calendar_integration.models import Connection, Meeting
from calendar_integration.sync.rounds import new_window
from calendar_integration.sync.source import Reader
from tests.accounts.making_history import text_of
from tests.calendar_integration.exchange import make_on_premises
from tests.calendar_integration.mirror import assert_is_alike, assert_is_mirror, held_meetings, listed_meetings
from tests.calendar_integration.synced import make_connected, make_synced, sync
from tests.makers import make_account, make_connection, make_user
from tests.sandbox.running import Sandbox

if TYPE_CHECKING:
    from calendar_integration.clients.base import CalendarClient

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def read_anew(connection: Connection) -> None:
    """What is read anew when a day is over."""
    connection.streams.update(window_start=F("window_start") - 2 * DAY)
    assert sync(connection).rounds[0].is_full


def unreadable(connection: Connection, kind: str = "events") -> list[str]:
    return list(connection.streams.get(kind=kind).unreadable)


def rename(microsoft: Sandbox, connection: Connection, event_id: str, subject: str) -> None:
    microsoft.control("PATCH", f"/people/{connection.mailbox}/events/{event_id}", {"subject": subject})


def series_of(microsoft: Sandbox, connection: Connection) -> list[str]:
    events = microsoft.control("GET", f"/people/{connection.mailbox}/events")["value"]
    return sorted({event["seriesMasterId"] for event in events if event["seriesMasterId"]})


def test_occurrences_whose_master_is_not_to_be_had_are_read_by_themselves(microsoft: Sandbox) -> None:
    connection = make_connected(microsoft)
    assert series_of(microsoft, connection)
    microsoft.fault("graph.masters_absent")
    microsoft.fault("graph.master_not_found")
    sync(connection)
    assert_is_mirror(microsoft, connection)
    assert mailbox_status(connection.user).unreadable == 0
    microsoft.control("DELETE", "/requests")
    sync(connection)
    assert len(microsoft.control("GET", "/requests")) == 2, "it is not tried for ever"


def test_so_are_those_of_a_series_that_has_changed(microsoft: Sandbox) -> None:
    connection = make_synced(microsoft)
    microsoft.fault("graph.masters_absent", count=1)
    microsoft.fault("graph.master_not_found")
    rename(microsoft, connection, series_of(microsoft, connection)[0], "Renamed")
    sync(connection)
    assert_is_mirror(microsoft, connection)


def test_a_series_whose_instances_are_not_to_be_had_stays_until_it_is_read_again(microsoft: Sandbox) -> None:
    connection = make_synced(microsoft)
    series = series_of(microsoft, connection)[0]
    held = Meeting.objects.filter(connection=connection, master_id=series).count()
    microsoft.fault("graph.master_not_found", count=1)
    rename(microsoft, connection, series, "Renamed")
    sync(connection)
    assert Meeting.objects.filter(connection=connection, master_id=series).count() == held > 0
    assert unreadable(connection) == [series]
    read_anew(connection)
    assert_is_mirror(microsoft, connection)
    assert unreadable(connection) == []


def test_one_item_that_cannot_be_read_keeps_no_other_from_being_read(
    microsoft: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    connection = make_connected(microsoft)
    microsoft.fault("graph.unreadable_item", count=1)
    sync(connection)
    listed, held = listed_meetings(microsoft, connection), held_meetings(connection)
    (missing,) = listed.keys() - held.keys()
    assert {**held, missing: listed[missing]} == listed
    assert unreadable(connection) == [missing]
    assert 'moment(item["start"])' in caplog.text, "the log names the field"
    assert missing not in caplog.text
    assert "soon" not in caplog.text
    client = Client()
    client.force_login(connection.user)
    for path in ("/profile/", "/meetings/"):
        assert "1 item of your mailbox could not be read" in text_of(client.get(path))
    read_anew(connection)
    assert_is_mirror(microsoft, connection)
    assert mailbox_status(connection.user).unreadable == 0


def test_what_is_held_of_it_stays_until_it_can_be_read(microsoft: Sandbox) -> None:
    connection = make_synced(microsoft)
    held = held_meetings(connection)
    microsoft.fault("graph.unreadable_item", count=1)
    read_anew(connection)
    assert held_meetings(connection) == held, "a full round deletes what it does not find"
    single = Meeting.objects.filter(connection=connection, kind="singleInstance").first()
    assert single
    microsoft.fault("graph.unreadable_item", count=1)
    rename(microsoft, connection, single.remote_id, "Unreadable")
    sync(connection)
    assert held_meetings(connection) == held
    assert single.remote_id in unreadable(connection)
    rename(microsoft, connection, single.remote_id, "Readable")
    sync(connection)
    assert single.remote_id not in unreadable(connection)
    assert Meeting.objects.get(remote_id=single.remote_id).subject == "Readable"


def test_a_contact_that_cannot_be_read_is_read_again_once_a_day(microsoft: Sandbox) -> None:
    connection = make_connected(microsoft)
    microsoft.fault("graph.unreadable_item")
    sync(connection)
    microsoft.control("DELETE", "/faults")
    assert len(unreadable(connection, "contacts")) == 1
    assert not sync(connection).rounds[1].is_full
    read_anew(connection)
    assert unreadable(connection, "contacts") == []
    assert_is_mirror(microsoft, connection)
    connection.streams.update(window_start=F("window_start") - 2 * DAY)
    assert [done.is_full for done in sync(connection).rounds] == [True, False], "without that, contacts have no day"


def test_a_series_of_which_an_instance_cannot_be_read_is_current_in_all_others(microsoft: Sandbox) -> None:
    connection = make_synced(microsoft)
    series = series_of(microsoft, connection)[0]
    rename(microsoft, connection, series, "Renamed")
    microsoft.fault("graph.unreadable_instance", count=1)
    sync(connection)
    (missing,) = unreadable(connection)
    listed, held = listed_meetings(microsoft, connection), held_meetings(connection)
    assert held[missing] != listed[missing]
    assert {**held, missing: listed[missing]} == listed
    read_anew(connection)
    assert_is_mirror(microsoft, connection)


def test_a_master_that_cannot_be_read_costs_its_occurrences_nothing(microsoft: Sandbox) -> None:
    connection = make_connected(microsoft)
    microsoft.fault("graph.masters_absent", count=1)
    microsoft.fault("graph.unreadable_instance", count=1)
    sync(connection)
    assert_is_mirror(microsoft, connection)
    assert unreadable(connection) == series_of(microsoft, connection)[:1]


def test_an_item_that_an_exchange_server_cannot_read_stays_as_it_is_held(
    microsoft: Sandbox, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = make_on_premises(microsoft, settings, monkeypatch)
    sync(connection)
    held = held_meetings(connection)
    microsoft.fault("ews.unreadable_item", count=1)
    read_anew(connection)
    assert held_meetings(connection) == held, "it was taken for gone"
    (one,) = unreadable(connection)
    assert one in held
    read_anew(connection)
    assert unreadable(connection) == []
    assert_is_alike(microsoft, connection)


def test_occurrences_that_are_read_by_themselves_have_the_time_of_their_round() -> None:
    connection = make_connection(make_user(make_account()))
    stream = connection.streams.create(kind="events")
    client = cast("CalendarClient", None)  # which is not asked
    late = Reader(client, stream, uuid.uuid4(), new_window(timezone.now()), until=time.monotonic() - 1)
    with pytest.raises(UnavailableError, match="longer than a worker may take"):
        late.keep()
