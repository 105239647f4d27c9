"""When Microsoft misbehaves: nothing is lost, nothing half-written, and the next attempt knows when."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from calendar_integration.errors import (
    CalendarError,
    EmptiedError,
    InvalidGrantError,
    MailboxUnsupportedError,
    UnavailableError,
)
from calendar_integration.mailbox_status.status_reading import mailbox_status
from calendar_integration.mailbox_status.status_words import Tone
from calendar_integration.models import Connection, ConnectionState, Meeting
from calendar_integration.sync.circuit import Seen
from calendar_integration.sync.circuits import seen_of
from calendar_integration.sync.engine import Status, sync_connection
from calendar_integration.sync.reading import Outcome
from calendar_integration.sync.taking import Held
from tests.calendar_integration.journey import SOON
from tests.calendar_integration.mirror import assert_is_mirror, held_meetings
from tests.calendar_integration.synced import make_connected, make_synced, sync
from tests.sandbox.running import Sandbox

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def fail(connection: Connection) -> CalendarError:
    """A sync that must not work; answers its error. What was held stays as it was."""
    before = held_meetings(connection)
    result = sync_connection(connection.pk)
    assert result.status is Status.FAILED
    assert result.error
    assert held_meetings(connection) == before
    connection.refresh_from_db()
    return result.error


def wait(connection: Connection) -> timedelta:
    """How long until the next attempt."""
    assert connection.next_attempt_at
    return connection.next_attempt_at - timezone.now()


@pytest.mark.parametrize(
    ("kind", "details"),
    [
        ("graph.unavailable", {}),
        ("graph.html", {}),
        ("graph.truncated", {}),
        ("graph.foreign_next_link", {}),
        ("graph.unauthorized", {}),
    ],
)
def test_a_bad_answer_leaves_everything_as_it_was_and_the_next_good_one_mends_it(
    microsoft: Sandbox, kind: str, details: dict[str, Any]
) -> None:
    connection = make_synced(microsoft)
    connection.streams.update(delta_link="")
    microsoft.fault(kind, count=1, **details)
    error = fail(connection)
    assert not isinstance(error, InvalidGrantError)
    assert (connection.state, connection.failures) == (ConnectionState.ACTIVE, 1)
    assert connection.last_error == error.in_words
    assert connection.failure_kind
    since = connection.failing_since
    assert since
    assert wait(connection) > timedelta(0)
    connection.failing_since = since - timedelta(minutes=1)
    connection.save()
    microsoft.fault(kind, count=1, **details)
    fail(connection)
    assert connection.failing_since == since - timedelta(minutes=1), "since the first in a row"
    sync(connection)
    connection.refresh_from_db()
    assert (connection.failures, connection.last_error) == (0, "")
    assert not connection.failure_kind
    assert not Connection.objects.filter(failing_since__isnull=False).exists()
    assert_is_mirror(microsoft, connection)


def test_a_series_that_changed_and_is_not_told_with_its_occurrences_is_read_anew(microsoft: Sandbox) -> None:
    connection = make_synced(microsoft)
    events = microsoft.control("GET", f"/people/{connection.mailbox}/events")["value"]
    series = {event["seriesMasterId"] for event in events if event["seriesMasterId"]}
    for number, master_id in enumerate(sorted(series)[:3]):
        subject = {"subject": f"Renamed {number}"}
        microsoft.control("PATCH", f"/people/{connection.mailbox}/events/{master_id}", subject)
    microsoft.fault("graph.masters_absent", count=1)
    sync(connection)
    assert_is_mirror(microsoft, connection)


def test_a_delta_link_to_another_host_is_not_kept(microsoft: Sandbox) -> None:
    connection = make_synced(microsoft)
    microsoft.fault("graph.foreign_next_link", count=1)
    fail(connection)
    sync(connection)
    assert_is_mirror(microsoft, connection)


def test_delta_links_of_a_graph_that_is_no_longer_the_configured_one_begin_anew(microsoft: Sandbox) -> None:
    connection = make_synced(microsoft)
    connection.streams.update(delta_link="https://graph.microsoft.example/v1.0/me/calendarView/delta?$deltatoken=x")
    assert all(round_.is_full for round_ in sync(connection).rounds)
    assert_is_mirror(microsoft, connection)


def test_throttling_is_waited_out_as_long_as_asked(microsoft: Sandbox) -> None:
    connection = make_synced(microsoft)
    microsoft.fault("graph.throttled", count=1, retry_after=600)
    error = fail(connection)
    assert error.retry_after == timedelta(seconds=600)
    assert timedelta(seconds=590) < wait(connection) <= timedelta(seconds=750)
    assert connection.invalid_grant_at is None


def test_a_lost_delta_link_leads_to_a_full_round_at_once(microsoft: Sandbox) -> None:
    connection = make_synced(microsoft)
    microsoft.fault("graph.sync_state_not_found", count=1)
    first, _ = sync(connection).rounds
    assert first.is_full
    assert_is_mirror(microsoft, connection)


@pytest.mark.parametrize("kind", ["graph.duplicates", "graph.empty_page"])
def test_repeated_rows_and_empty_pages_do_no_harm(microsoft: Sandbox, kind: str) -> None:
    connection = make_connected(microsoft)
    microsoft.fault(kind)
    sync(connection)
    assert_is_mirror(microsoft, connection)


def test_a_mailbox_that_graph_cannot_reach_is_said_to_be_so(microsoft: Sandbox) -> None:
    connection = make_connected(microsoft)
    microsoft.fault("graph.mailbox_not_enabled")
    assert isinstance(fail(connection), MailboxUnsupportedError)
    assert connection.state == ConnectionState.MAILBOX_UNSUPPORTED
    assert connection.next_attempt_at is None


def test_a_mailbox_that_was_read_before_is_given_up_only_when_it_has_been_missing_for_a_day(
    microsoft: Sandbox,
) -> None:
    connection = make_synced(microsoft)
    microsoft.fault("graph.mailbox_not_enabled")
    fail(connection)
    assert (connection.state, connection.failure_kind) == (ConnectionState.ACTIVE, "unsupported")
    assert timedelta(0) < wait(connection) <= timedelta(seconds=30), "it may be back in a moment"
    assert "It may be moving, or its licence may be changing." in mailbox_status(connection.user).text
    missing_since = connection.no_mailbox_at
    assert missing_since
    Connection.objects.update(no_mailbox_at=missing_since - timedelta(hours=23))
    fail(connection)
    assert connection.state == ConnectionState.ACTIVE
    Connection.objects.update(no_mailbox_at=missing_since - timedelta(hours=24))
    fail(connection)
    assert (connection.state, connection.next_attempt_at) == (ConnectionState.MAILBOX_UNSUPPORTED, None)


def test_a_mailbox_that_is_back_was_never_away(microsoft: Sandbox) -> None:
    connection = make_synced(microsoft)
    microsoft.fault("graph.mailbox_not_enabled", count=2)
    fail(connection)
    sync(connection)
    connection.refresh_from_db()
    assert (connection.no_mailbox_at, connection.last_error) == (None, "")
    assert_is_mirror(microsoft, connection)


def test_a_revoked_refresh_token_counts_only_when_refused_twice_a_quarter_of_an_hour_apart(microsoft: Sandbox) -> None:
    microsoft.control("POST", "/tokens", {"lifetime_seconds": SOON})
    connection = make_connected(microsoft)
    microsoft.control("POST", f"/people/{connection.mailbox}/revoke")
    assert isinstance(fail(connection), InvalidGrantError)
    assert connection.state == ConnectionState.ACTIVE
    fail(connection)
    assert connection.state == ConnectionState.ACTIVE
    long_ago = timezone.now() - timedelta(minutes=16)
    Connection.objects.update(invalid_grant_at=long_ago)
    fail(connection)
    assert connection.state == ConnectionState.NEEDS_REAUTHORIZATION
    assert connection.next_attempt_at is None


def test_our_own_wrong_secret_disconnects_nobody(microsoft: Sandbox) -> None:
    microsoft.control("POST", "/tokens", {"lifetime_seconds": SOON})
    connection = make_connected(microsoft)
    microsoft.fault("token.invalid_client")
    fail(connection)
    Connection.objects.update(invalid_grant_at=None)
    fail(connection)
    assert connection.state == ConnectionState.ACTIVE


def test_an_all_at_once_empty_mailbox_is_not_believed_the_first_time(microsoft: Sandbox) -> None:
    connection = make_synced(microsoft)
    held = held_meetings(connection)
    assert len(held) > 10
    for event_id in Meeting.objects.filter(connection=connection).values_list("remote_id", flat=True):
        microsoft.client.delete(f"{microsoft.http}/control/api/people/{connection.mailbox}/events/{event_id}")
    connection.streams.filter(kind="events").update(delta_link="")
    connection.refresh_from_db()
    last_good = connection.last_good_sync_at
    assert isinstance(fail(connection), EmptiedError)
    assert (connection.last_good_sync_at, connection.failure_kind) == (last_good, "emptied")
    assert timedelta(minutes=14) < wait(connection) < timedelta(minutes=19)
    status = mailbox_status(connection.user)
    assert "Everything in your mailbox seems to be gone at once" in status.text
    assert status.tone == Tone.WAITING
    let_time_pass(connection, timedelta(minutes=10))
    assert isinstance(fail(connection), EmptiedError)
    assert timedelta(minutes=4) < wait(connection) < timedelta(minutes=7), "no longer for having failed twice"
    let_time_pass(connection, timedelta(minutes=6))
    sync(connection)
    assert held_meetings(connection) == {}


def let_time_pass(connection: Connection, passed: timedelta) -> None:
    """Since the calendar first claimed that all is gone."""
    stream = connection.streams.get(kind="events")
    assert stream.emptied_at
    stream.emptied_at -= passed
    stream.save(update_fields=["emptied_at"])


def test_a_mailbox_that_seems_empty_says_nothing_of_its_company(microsoft: Sandbox) -> None:
    connection = make_synced(microsoft)
    outcomes = [Outcome(Held(connection, uuid.uuid4(), {}, False, ""), error=EmptiedError("no", retry_after=HOUR))]
    assert seen_of(outcomes) == Seen()


def test_without_tokens_there_is_nothing_to_try(microsoft: Sandbox) -> None:
    connection = make_connected(microsoft)
    Connection.objects.update(token_cache="")
    assert isinstance(fail(connection), InvalidGrantError)


def test_microsoft_being_away_is_no_authorization_failure(microsoft: Sandbox) -> None:
    microsoft.control("POST", "/tokens", {"lifetime_seconds": SOON})
    connection = make_connected(microsoft)
    microsoft.fault("token.unavailable", count=1)
    assert isinstance(fail(connection), UnavailableError)
    assert connection.invalid_grant_at is None
    sync(connection)
