"""What a person does while a worker is reading: theirs counts, the worker's is thrown away."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from calendar_integration import tasks
from calendar_integration.clients.graph import GraphClient
from calendar_integration.models import Connection, ConnectionState, Meeting
from calendar_integration.sync.engine import Status, sync_connection
from tests.calendar_integration.journey import Traveller
from tests.calendar_integration.synced import make_connected, make_synced
from tests.sandbox.running import Sandbox

pytestmark = pytest.mark.django_db


def after_the_first_page(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], Any]) -> None:
    """Something happens between a worker's first page and the rest of its round."""
    read = GraphClient.contacts_page
    monkeypatch.setattr(GraphClient, "contacts_page", lambda self, link: (happens(), read(self, link))[1])


def test_a_disconnection_during_a_round_stops_it(microsoft: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = make_connected(microsoft)
    disconnected = {"state": ConnectionState.DISCONNECTED_BY_USER}
    after_the_first_page(monkeypatch, lambda: Connection.objects.update(**disconnected))
    assert sync_connection(connection.pk).status is Status.BUSY
    connection.refresh_from_db()
    assert connection.state == ConnectionState.DISCONNECTED_BY_USER
    assert connection.contacts.count() == 0


def test_a_round_of_the_mailbox_before_writes_nothing_into_the_new_one(
    microsoft: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = make_connected(microsoft)
    mia = Traveller(connection.user, microsoft, "Mia Brandt")
    after_the_first_page(monkeypatch, mia.connect)
    assert sync_connection(connection.pk).status is Status.BUSY
    connection.refresh_from_db()
    assert connection.last_good_sync_at is None
    assert connection.contacts.count() == 0


def test_connecting_again_while_the_old_token_is_being_refused_is_not_undone(
    microsoft: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = make_connected(microsoft)
    Connection.objects.update(invalid_grant_at=timezone.now() - timedelta(minutes=16))
    mia = Traveller(connection.user, microsoft, "Mia Brandt")
    microsoft.fault("graph.unauthorized", count=1)
    after_the_first_page(monkeypatch, mia.connect)
    sync_connection(connection.pk)
    connection.refresh_from_db()
    assert (connection.state, connection.failures, connection.invalid_grant_at) == (ConnectionState.ACTIVE, 0, None)


def test_a_queued_sync_respects_the_wait_that_was_asked_for_since(microsoft: Sandbox) -> None:
    connection = make_synced(microsoft)
    microsoft.fault("graph.throttled", count=1, retry_after=600)
    sync_connection(connection.pk)
    microsoft.control("DELETE", "/requests")
    tasks.sync_connection(connection.pk)
    assert microsoft.control("GET", "/requests") == []
    Connection.objects.update(next_attempt_at=timezone.now())
    tasks.sync_connection(connection.pk)
    assert len(microsoft.control("GET", "/requests")) == 2


def test_a_refused_access_token_is_refreshed_at_the_next_attempt(microsoft: Sandbox) -> None:
    connection = make_synced(microsoft)
    microsoft.fault("graph.unauthorized", count=2)
    assert sync_connection(connection.pk).status is Status.FAILED
    microsoft.control("DELETE", "/requests")
    assert sync_connection(connection.pk).status is Status.DONE
    assert [row["kind"] for row in microsoft.control("GET", "/requests")] == ["token", "graph", "graph"]


def test_contacts_that_cannot_be_read_hold_up_no_meetings(microsoft: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = make_connected(microsoft)
    after_the_first_page(monkeypatch, lambda: microsoft.fault("graph.unavailable", count=1))
    assert sync_connection(connection.pk).status is Status.FAILED
    assert Meeting.objects.filter(connection=connection).exists()


def test_our_own_mistake_costs_one_mailbox_a_wait_and_is_raised_at_the_door(
    microsoft: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = make_synced(microsoft)
    after_the_first_page(monkeypatch, lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        sync_connection(connection.pk)
    connection.refresh_from_db()
    assert connection.failures == 1
    assert connection.last_error == "Something went wrong on our side."
    assert connection.next_attempt_at
    assert connection.next_attempt_at > timezone.now()
    assert connection.lease_id is None
