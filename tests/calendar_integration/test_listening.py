"""What notifications say of many mailboxes is noted together, at the price of a few statements."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from calendar_integration.models import Connection, ConnectionState, Listening, Subscription
from calendar_integration.sync.chunks import sync_chunk
from calendar_integration.sync.engine import Status
from calendar_integration.sync.interval import HIGHEST_LEVEL
from calendar_integration.sync.listening import GoodSync, waits_after
from calendar_integration.sync.rounds import RoundResult
from tests.calendar_integration.subscribed import subscribe
from tests.calendar_integration.synced import make_team
from tests.sandbox.running import Sandbox

pytestmark = pytest.mark.django_db


def make_notified_team(microsoft: Sandbox) -> list[Connection]:
    """Three people whose notifications have been shown to work for long."""
    team = make_team(microsoft)
    subscribe()
    earlier = timezone.now() - timedelta(hours=2)
    Listening.objects.update(unread_since=None, told_at=earlier, read_at=earlier)
    before = earlier - timedelta(hours=1)
    Subscription.objects.update(subscribed_at=before, notified_at=before, level=HIGHEST_LEVEL)
    return team


def statements_for(team: list[Connection]) -> int:
    """How many it takes to poll them and find nothing new; those of the test's own transaction are not counted."""
    Connection.objects.update(next_attempt_at=timezone.now())
    with CaptureQueriesContext(database) as captured:
        assert sync_chunk([connection.pk for connection in team]) == {Status.DONE: len(team)}
    return sum("SAVEPOINT" not in query["sql"] for query in captured)


def test_three_cost_what_one_costs(subscribing: Sandbox, settings: Settings) -> None:
    settings.SYNC_THREADS = 1
    team = make_notified_team(subscribing)
    assert statements_for(team[:1]) == statements_for(team) == 6
    for listening in Listening.objects.all():
        assert listening.interval == timedelta(hours=1)
    for connection in Connection.objects.all():
        assert connection.next_attempt_at
        assert connection.next_attempt_at > timezone.now() + timedelta(minutes=53)


def test_each_is_judged_by_itself(subscribing: Sandbox, settings: Settings) -> None:
    settings.SYNC_THREADS = 1
    cy, noah, rosa = make_notified_team(subscribing)
    start = {"dateTime": (timezone.now() + timedelta(days=1)).strftime("%Y-%m-%dT08:00:00"), "timeZone": "UTC"}
    subscribing.fault("notification.lost")
    subscribing.control("POST", f"/people/{cy.mailbox}/events", {"subject": "Untold", "start": start}, 201)
    Subscription.objects.filter(connection=noah, kind="contacts").update(expires_at=timezone.now())
    sync_chunk([cy.pk, noah.pk, rosa.pk])
    minutes = {row.connection_id: row.interval for row in Listening.objects.all()}
    assert minutes == {cy.pk: timedelta(minutes=5), noah.pk: timedelta(minutes=5), rosa.pk: timedelta(hours=1)}


def test_nobody_subscribes_to_a_mailbox_that_was_lost_while_it_was_read(subscribing: Sandbox) -> None:
    cy, noah, rosa = make_team(subscribing)
    Subscription.objects.all().delete()
    Listening.objects.all().delete()
    lease_id = uuid.uuid4()
    Connection.objects.filter(pk__in=[cy.pk, noah.pk]).update(lease_id=lease_id)
    Connection.objects.filter(pk=noah.pk).update(state=ConnectionState.DISCONNECTED_BY_USER)
    read = GoodSync([RoundResult("events", True, 1, 0)], timezone.now())
    waits_after(dict.fromkeys((cy.pk, noah.pk, rosa.pk), read), lease_id)
    assert [row.connection_id for row in Subscription.objects.all()] == [cy.pk]
    assert [row.connection_id for row in Listening.objects.all()] == [cy.pk]
