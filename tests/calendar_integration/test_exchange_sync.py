"""A mailbox on a company's own server, from its authorization to the pages: always what the mailbox is."""

import logging
import random
from datetime import timedelta
from typing import Any

import psutil
import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone
from exchangelib.protocol import CachingProtocol
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from calendar_integration import tokens
from calendar_integration.clients import ews
from calendar_integration.errors import (
    CalendarError,
    EmptiedError,
    MailboxMovedError,
    MailboxMovingError,
    ServerDeniedError,
    ServerRefusedTokenError,
    ServerThrottledError,
    ServerUnavailableError,
)
from calendar_integration.models import Connection, ConnectionState, Meeting
from calendar_integration.sync import back_off
from calendar_integration.sync.engine import Status, sync_connection
from tests.calendar_integration.exchange import make_on_premises
from tests.calendar_integration.mirror import assert_is_alike, held_meetings
from tests.calendar_integration.synced import sync
from tests.calendar_integration.test_sync_mirror import change_at_random
from tests.calendar_integration.worlds import of_graph
from tests.sandbox.running import Sandbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection(microsoft: Sandbox, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Connection:
    """Just authorized."""
    return make_on_premises(microsoft, settings, monkeypatch)


@pytest.fixture
def synced(connection: Connection, microsoft: Sandbox) -> Connection:
    """With the first sync behind it, and the record of requests empty."""
    sync(connection)
    microsoft.control("DELETE", "/requests")
    return connection


def requests_of(microsoft: Sandbox, kind: str) -> list[Any]:
    return [call for call in microsoft.control("GET", "/requests") if call["kind"] == kind]


def first_event(microsoft: Sandbox, connection: Connection) -> str:
    rows = microsoft.control("GET", f"/people/{connection.mailbox}/events")["value"]
    return str(next(row["id"] for row in rows if row["type"] == "singleInstance"))


def rename(microsoft: Sandbox, connection: Connection, subject: str) -> None:
    path = f"/people/{connection.mailbox}/events/{first_event(microsoft, connection)}"
    microsoft.control("PATCH", path, {"subject": subject})


def fail(connection: Connection) -> CalendarError:
    """A sync that must not work; answers its error. What was held stays as it was."""
    before = held_meetings(connection)
    result = sync_connection(connection.pk)
    assert result.status is Status.FAILED
    assert result.error
    assert held_meetings(connection) == before
    connection.refresh_from_db()
    return result.error


def test_the_first_sync_brings_everything_and_pages_show_it(connection: Connection, microsoft: Sandbox) -> None:
    assert [done.is_full for done in sync(connection).rounds] == [True, True]
    assert Meeting.objects.count() > 20
    assert_is_alike(microsoft, connection)
    assert requests_of(microsoft, "graph") == [], "Graph never sees a token of an Exchange server"
    client = Client()
    client.force_login(connection.user)
    coming = Meeting.objects.filter(start_at__gt=timezone.now()).exclude(subject="").order_by("start_at").first()
    assert coming
    assert coming.subject in client.get("/meetings/").content.decode()
    assert "Up to date" in client.get("/profile/").content.decode()


def test_nothing_new_costs_one_request_per_stream(synced: Connection, microsoft: Sandbox) -> None:
    for done in sync(synced).rounds:
        assert (done.is_full, done.changed, done.deleted) == (False, 0, 0)
    assert len(requests_of(microsoft, "ews")) == 2


def test_a_change_is_followed_and_unchanged_rows_are_not_written(synced: Connection, microsoft: Sandbox) -> None:
    rename(microsoft, synced, "Renamed")
    events, contacts = sync(synced).rounds
    assert (events.is_full, events.changed, contacts.changed) == (True, 1, 0)
    assert_is_alike(microsoft, synced)


def test_what_only_touches_the_window_is_left_out(connection: Connection, microsoft: Sandbox) -> None:
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    start = midnight - timedelta(days=django_settings.SYNC_WINDOW_DAYS_BACK)
    for subject, hours in (("Ends as it begins", (-1, 0)), ("Lasts no time", (0, 0)), ("Reaches in", (-1, 1))):
        times = (of_graph(start + timedelta(hours=hour)) for hour in hours)
        event = {"subject": subject, **dict(zip(("start", "end"), times, strict=True))}
        microsoft.control("POST", f"/people/{connection.mailbox}/events", event)
    microsoft.fault("ews.view_edges")
    sync(connection)
    assert_is_alike(microsoft, connection)


def test_characters_that_xml_cannot_have_hold_nothing_up(connection: Connection, microsoft: Sandbox) -> None:
    microsoft.fault("ews.illegal_character")
    sync(connection)
    assert_is_alike(microsoft, connection)


@pytest.mark.parametrize("fault", ["ews.view_range_too_big", "ews.partial"])
def test_a_view_that_is_too_much_at_once_is_read_in_pieces(
    connection: Connection, microsoft: Sandbox, fault: str
) -> None:
    microsoft.fault(fault, count=3)
    sync(connection)
    assert_is_alike(microsoft, connection)


def test_a_full_calendar_is_read_in_pieces_that_leave_nothing_out(
    connection: Connection, microsoft: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ews, "MOST_AT_ONCE", 12)
    begins, ends = (timezone.now() + timedelta(days=days) for days in (2, 200))
    event = {"subject": "Sabbatical", "start": of_graph(begins), "end": of_graph(ends)}
    microsoft.control("POST", f"/people/{connection.mailbox}/events", event)
    sync(connection)
    assert_is_alike(microsoft, connection)
    assert len(requests_of(microsoft, "ews")) > 12


@hypothesis_settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000))
def test_random_changes_between_syncs_are_all_followed(synced: Connection, microsoft: Sandbox, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - repeatable chances, no secrets
    for _ in range(6):
        change_at_random(chance, microsoft, synced)
    sync(synced)
    assert_is_alike(microsoft, synced)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("ews.server_busy", ServerThrottledError),
        ("ews.unavailable", ServerUnavailableError),
        ("ews.malformed", ServerUnavailableError),
        ("ews.unauthorized", ServerRefusedTokenError),
        ("ews.move_in_progress", MailboxMovingError),
        ("ews.blocked", ServerDeniedError),
    ],
)
def test_a_bad_answer_leaves_everything_as_it_was_and_the_next_good_one_mends_it(
    synced: Connection, microsoft: Sandbox, fault: str, error: type[CalendarError]
) -> None:
    rename(microsoft, synced, "Renamed")
    microsoft.fault(fault, count=2)  # one for each stream
    assert type(fail(synced)) is error
    assert (synced.state, synced.last_error) == (ConnectionState.ACTIVE, error.in_words)
    sync(synced)
    assert_is_alike(microsoft, synced)


def test_a_token_that_was_refused_is_not_used_again(synced: Connection, microsoft: Sandbox) -> None:
    refused = tokens.access_token(synced)
    microsoft.fault("ews.unauthorized", count=2)
    fail(synced)
    assert tokens.access_token(Connection.objects.get()) != refused


def test_being_throttled_is_waited_out_as_long_as_asked(synced: Connection, microsoft: Sandbox) -> None:
    microsoft.fault("ews.server_busy", count=2, retry_after=600)
    assert fail(synced).retry_after == timedelta(seconds=600)
    assert synced.next_attempt_at
    assert timedelta(seconds=590) < synced.next_attempt_at - timezone.now() <= timedelta(seconds=750)


@pytest.mark.parametrize("fault", ["ews.moved", "ews.no_mailbox"])
def test_a_mailbox_that_has_moved_to_exchange_online_is_said_to_have(
    synced: Connection, microsoft: Sandbox, fault: str
) -> None:
    microsoft.fault(fault)
    assert isinstance(fail(synced), MailboxMovedError)
    if fault == "ews.no_mailbox":
        assert synced.state == ConnectionState.ACTIVE, "the server says so while a mailbox is on its way, too"
        Connection.objects.update(no_mailbox_at=timezone.now() - back_off.NO_MAILBOX_GRACE)
        fail(synced)
    assert (synced.state, synced.next_attempt_at) == (ConnectionState.MAILBOX_UNSUPPORTED, None)
    client = Client()
    client.force_login(synced.user)
    assert "has to choose Microsoft Graph for you" in client.get("/profile/").content.decode()


def test_an_all_at_once_empty_calendar_is_not_believed_the_first_time(synced: Connection, microsoft: Sandbox) -> None:
    held = held_meetings(synced)
    path = f"{microsoft.http}/control/api/people/{synced.mailbox}/events"
    for row in microsoft.client.get(path).json()["value"]:
        microsoft.client.delete(f"{path}/{row['seriesMasterId'] or row['id']}")
    assert isinstance(fail(synced), EmptiedError)
    assert held_meetings(synced) == held
    stream = synced.streams.get(kind="events")
    assert stream.emptied_at
    stream.emptied_at -= timedelta(minutes=16)
    stream.save()
    sync(synced)
    assert held_meetings(synced) == {}


def test_an_address_that_leads_into_a_private_network_meanwhile_gets_no_token(
    synced: Connection, microsoft: Sandbox, settings: Settings
) -> None:
    settings.PRIVATE_URLS_ALLOWED = set()
    assert isinstance(fail(synced), ServerUnavailableError)
    assert requests_of(microsoft, "ews") == []


def test_no_connection_outlives_the_sync(synced: Connection, microsoft: Sandbox) -> None:
    sync(synced)
    port = int(microsoft.https.rpartition(":")[2])
    # The portal's own, which are of no mailbox, are kept alive; they are to the token endpoint on the same port.
    open_now = [row for row in psutil.Process().net_connections("tcp") if row.raddr and row.raddr.port == port]
    sync(synced)
    again = [row for row in psutil.Process().net_connections("tcp") if row.raddr and row.raddr.port == port]
    assert {row.laddr for row in open_now} == {row.laddr for row in again}
    assert CachingProtocol._protocol_cache == {}


@pytest.mark.parametrize("fault", ["", "ews.malformed", "ews.unauthorized"])
def test_the_token_is_in_no_log_however_much_is_logged(
    synced: Connection, microsoft: Sandbox, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    token = tokens.access_token(synced)
    rename(microsoft, synced, "Renamed")
    if fault:
        microsoft.fault(fault, count=1)
    for name in ("", "exchangelib", "exchangelib.util", "urllib3", "requests"):
        caplog.set_level(logging.DEBUG, name)
    sync_connection(synced.pk)
    assert "exchangelib" in caplog.text, "it was really logged"
    assert token not in caplog.text
