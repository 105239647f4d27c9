"""Answering invitations: Microsoft is told, the portal shows it at once, and the next sync agrees."""

import threading
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.utils import timezone

from accounts.models import AuditAction, AuditEvent
from accounts.time_zones import time_zone_of
from calendar_integration import invitations
from calendar_integration.clients.base import Response
from calendar_integration.clients.graph import GraphClient
from calendar_integration.errors import AccessDeniedError
from calendar_integration.integration_setting import CalendarAccess
from calendar_integration.invitations import NotAnsweredError
from calendar_integration.models import Connection, ConnectionState, Meeting
from calendar_integration.sync.leases import LEASE
from calendar_integration.tokens import access_token
from tests.calendar_integration.inviting import (
    MIA,
    WEEKLY,
    actions,
    at_microsoft,
    give,
    held,
    invitation,
    make_invited,
)
from tests.calendar_integration.journey import SOON
from tests.calendar_integration.making import set_integration
from tests.calendar_integration.mirror import assert_is_mirror
from tests.calendar_integration.synced import sync
from tests.sandbox.running import Sandbox

pytestmark = pytest.mark.django_db


def refusal(meeting: Meeting, **more: Any) -> str:
    """Why an answer was not given; what the portal holds is as before, and the log says nothing."""
    before = held(meeting.connection)
    with pytest.raises(NotAnsweredError) as caught:
        give(meeting, **more)
    assert held(meeting.connection) == before
    assert not AuditEvent.objects.filter(action=AuditAction.INVITATION_ANSWERED).exists()
    return str(caught.value)


@pytest.mark.parametrize(
    ("response", "action"),
    [(Response.ACCEPTED, "accept"), (Response.TENTATIVE, "tentativelyAccept")],
)
def test_an_answer_is_at_microsoft_and_here_at_once_and_the_sync_agrees(
    microsoft: Sandbox, response: Response, action: str
) -> None:
    connection, meeting = make_invited(microsoft)
    assert held(connection) == at_microsoft(microsoft) == ["notResponded"]
    give(meeting, response, note="See you there")
    assert actions(microsoft) == [(action, 202)]
    assert held(connection) == at_microsoft(microsoft) == [response]
    assert Meeting.objects.get(pk=meeting.pk).change_key == "", "whatever the sync brings of it counts"
    sync(connection)
    assert held(connection) == [response]
    assert_is_mirror(microsoft, connection)


def test_an_answer_can_be_changed(microsoft: Sandbox) -> None:
    connection, meeting = make_invited(microsoft)
    give(meeting, Response.ACCEPTED)
    give(meeting, Response.TENTATIVE)
    assert held(connection) == at_microsoft(microsoft) == ["tentativelyAccepted"]


def test_what_is_declined_leaves_the_calendar_as_in_outlook(microsoft: Sandbox) -> None:
    connection, meeting = make_invited(microsoft)
    give(meeting, Response.DECLINED)
    assert held(connection) == ["declined"]
    sync(connection)
    assert held(connection) == at_microsoft(microsoft) == []
    assert_is_mirror(microsoft, connection)


def test_what_is_declined_stays_where_outlook_is_set_to_keep_it(microsoft: Sandbox) -> None:
    connection, meeting = make_invited(microsoft)
    microsoft.fault("graph.keeps_declined")
    give(meeting, Response.DECLINED)
    sync(connection)
    assert held(connection) == at_microsoft(microsoft) == ["declined"]
    assert_is_mirror(microsoft, connection)


@pytest.mark.parametrize("response", [Response.ACCEPTED, Response.DECLINED])
def test_one_meeting_of_a_series_is_answered_alone(microsoft: Sandbox, response: Response) -> None:
    connection, first = make_invited(microsoft, recurrence=WEEKLY)
    microsoft.fault("graph.keeps_declined")
    give(first, response)
    expected = [response, "notResponded", "notResponded", "notResponded"]
    assert held(connection) == at_microsoft(microsoft) == expected
    sync(connection)
    assert held(connection) == expected
    assert_is_mirror(microsoft, connection)


def test_a_series_is_answered_whole_with_what_was_answered_alone_before(microsoft: Sandbox) -> None:
    connection, first = make_invited(microsoft, recurrence=WEEKLY)
    give(first, Response.TENTATIVE)
    sync(connection)
    give(invitation(connection), Response.ACCEPTED, whole_series=True)
    assert held(connection) == at_microsoft(microsoft) == ["accepted"] * 4
    sync(connection)
    assert held(connection) == ["accepted"] * 4
    assert_is_mirror(microsoft, connection)


def test_a_series_that_is_declined_is_gone_after_the_sync(microsoft: Sandbox) -> None:
    connection, first = make_invited(microsoft, recurrence=WEEKLY)
    give(first, Response.DECLINED, whole_series=True)
    assert held(connection) == ["declined"] * 4
    sync(connection)
    assert held(connection) == at_microsoft(microsoft) == []


def test_the_log_says_that_somebody_answered_and_nothing_of_the_meeting(microsoft: Sandbox) -> None:
    connection, meeting = make_invited(microsoft, subject="Pricing", sensitivity="private")
    give(meeting, Response.TENTATIVE, note="At the clinic until ten")
    event = AuditEvent.objects.get(action=AuditAction.INVITATION_ANSWERED)
    assert (event.actor, event.target_id, event.after) == (connection.user, connection.user_id, {"answer": "maybe"})
    said = repr({field.name: getattr(event, field.name) for field in AuditEvent._meta.fields})
    assert "Pricing" not in said
    assert "clinic" not in said
    assert "Omar" not in said


@pytest.mark.parametrize(
    ("event", "why"),
    [
        ({"organizer": {"emailAddress": {"name": "Mia Brandt", "address": MIA}}}, "You organise this meeting"),
        ({"responseRequested": False}, "has not asked for an answer"),
        ({"isCancelled": True}, "was cancelled"),
        ({"start": {"dateTime": f"{timezone.now() - timedelta(days=1):%Y-%m-%dT%H:%M:%S}", "timeZone": "UTC"}}, "over"),
    ],
)
def test_where_nobody_waits_for_an_answer_nothing_is_sent(microsoft: Sandbox, event: Any, why: str) -> None:
    _, meeting = make_invited(microsoft, **event)
    assert why in refusal(meeting)
    assert actions(microsoft) == []


def test_microsoft_has_the_last_word_on_whether_an_answer_is_wanted(microsoft: Sandbox) -> None:
    _connection, meeting = make_invited(microsoft)
    microsoft.control("PATCH", f"/people/{MIA}/events/{meeting.remote_id}", {"responseRequested": False})
    assert "takes no answer" in refusal(meeting)
    assert actions(microsoft) == [("accept", 400)]


def test_with_read_only_nothing_is_sent_and_the_setting_is_named(microsoft: Sandbox) -> None:
    _connection, meeting = make_invited(microsoft, CalendarAccess.READ)
    why = refusal(meeting)
    assert "may only read your calendar" in why
    assert "set for the whole company, by Dana Reyes" in why
    assert actions(microsoft) == []


def test_a_token_for_reading_cannot_write_whatever_the_portal_thinks(microsoft: Sandbox) -> None:
    connection, meeting = make_invited(microsoft, CalendarAccess.READ)
    with pytest.raises(AccessDeniedError):
        GraphClient(access_token(connection)).respond(meeting.remote_id, Response.ACCEPTED, "")
    assert at_microsoft(microsoft) == ["notResponded"]


def test_where_the_setting_has_moved_on_connecting_again_is_the_way(microsoft: Sandbox) -> None:
    connection, meeting = make_invited(microsoft, CalendarAccess.READ)
    set_integration(connection.account, calendars="readwrite")
    assert "Connect again to answer here" in refusal(meeting)


def test_fewer_permissions_than_were_asked_for_are_not_enough(microsoft: Sandbox) -> None:
    _connection, meeting = make_invited(microsoft)
    Connection.objects.update(granted_scopes="Calendars.Read Contacts.Read User.Read")
    assert "Connect again" in refusal(meeting)
    assert actions(microsoft) == []


def test_without_a_connection_that_works_nothing_is_sent(microsoft: Sandbox) -> None:
    _, meeting = make_invited(microsoft)
    Connection.objects.update(state=ConnectionState.NEEDS_REAUTHORIZATION)
    assert "not connected" in refusal(meeting)
    assert actions(microsoft) == []


def test_a_meeting_that_is_gone_is_said_to_be(microsoft: Sandbox) -> None:
    _, meeting = make_invited(microsoft)
    microsoft.client.delete(f"{microsoft.http}/control/api/people/{MIA}/events/{meeting.remote_id}")
    assert "no longer in your calendar" in refusal(meeting)


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ({"kind": "graph.access_denied"}, "did not let Atrium write"),
        ({"kind": "graph.throttled", "retry_after": 30}, "try again in 30 seconds"),
        ({"kind": "graph.throttled", "retry_after": 1200}, "try again in 20 minutes"),
        ({"kind": "graph.unavailable", "retry_after": 1}, "try again in 1 second."),
        ({"kind": "graph.unavailable"}, "did not confirm your answer"),
        ({"kind": "graph.html"}, "did not confirm your answer"),
        ({"kind": "graph.mailbox_not_enabled"}, "no mailbox"),
    ],
)
def test_microsofts_troubles_are_told_and_nothing_is_sent_twice(
    microsoft: Sandbox, fault: dict[str, Any], why: str
) -> None:
    _, meeting = make_invited(microsoft)
    microsoft.fault(**fault)
    assert why in refusal(meeting)
    assert len(actions(microsoft)) == 1


def test_while_microsoft_wants_to_be_left_alone_it_is(microsoft: Sandbox) -> None:
    connection, meeting = make_invited(microsoft)
    microsoft.fault("graph.throttled", count=1, retry_after=60)
    assert "60 seconds" in refusal(meeting)
    connection.refresh_from_db()
    assert connection.next_attempt_at
    assert connection.next_attempt_at > timezone.now() + timedelta(seconds=50)
    assert "too busy" in refusal(meeting)
    assert len(actions(microsoft)) == 1
    Connection.objects.update(next_attempt_at=timezone.now())
    give(meeting)
    assert at_microsoft(microsoft) == ["accepted"]


def test_a_token_that_is_not_accepted_is_refreshed_once(microsoft: Sandbox) -> None:
    connection, meeting = make_invited(microsoft)
    microsoft.fault("graph.unauthorized", count=1)
    give(meeting)
    assert [status for _, status in actions(microsoft)] == [401, 202]
    assert at_microsoft(microsoft) == held(connection) == ["accepted"]


def test_and_not_more_than_once(microsoft: Sandbox) -> None:
    _, meeting = make_invited(microsoft)
    microsoft.fault("graph.unauthorized")
    assert "did not accept the access token" in refusal(meeting)
    assert len(actions(microsoft)) == 2


def test_a_revoked_authorization_is_said_to_be(microsoft: Sandbox) -> None:
    microsoft.control("POST", "/tokens", {"lifetime_seconds": SOON})
    _connection, meeting = make_invited(microsoft)
    microsoft.control("POST", f"/people/{MIA}/revoke")
    assert "did not accept the authorization" in refusal(meeting)
    assert actions(microsoft) == []


def test_a_sync_under_way_is_not_disturbed(microsoft: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    _, meeting = make_invited(microsoft)
    monkeypatch.setattr(invitations, "PATIENCE_SECONDS", 0)
    Connection.objects.update(lease_id=uuid.uuid4(), lease_until=timezone.now() + LEASE)
    assert "reading your mailbox" in refusal(meeting)
    assert actions(microsoft) == []
    Connection.objects.update(lease_id=None, lease_until=None)
    give(meeting)
    assert not Connection.objects.filter(lease_until__isnull=False).exists()


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_microsoft_takes_its_time(microsoft: Sandbox) -> None:
    _, meeting = make_invited(microsoft)
    microsoft.fault("graph.slow", seconds=1, count=1)
    waiting = threading.Thread(target=answer_in_thread, args=[meeting])
    waiting.start()
    states = set()
    while waiting.is_alive():
        with database.cursor() as cursor:
            cursor.execute(
                "SELECT state FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND now() - state_change > interval '0.3 seconds'"
            )
            states |= {state for (state,) in cursor.fetchall()}
        waiting.join(0.1)
    assert states == {"idle"}
    assert at_microsoft(microsoft) == ["accepted"]


def answer_in_thread(meeting: Meeting) -> None:
    try:
        give(meeting)
    finally:
        database.close()


def test_an_all_day_meeting_lasts_until_the_persons_midnight(microsoft: Sandbox) -> None:
    connection, meeting = make_invited(microsoft)
    person = connection.user
    person.time_zone = "Asia/Tokyo"
    today = datetime.now(time_zone_of(person)).date()
    Meeting.objects.filter(pk=meeting.pk).update(
        start_at=None, end_at=None, start_date=today, end_date=today + timedelta(1)
    )
    meeting.refresh_from_db()
    give(meeting)
    assert at_microsoft(microsoft) == ["accepted"]
