"""Many mailboxes at once: each as right as if it were alone, and together at the price of a few statements."""

import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from calendar_integration.clients.graph import GraphClient
from calendar_integration.models import Connection, ConnectionState
from calendar_integration.sync import threads
from calendar_integration.sync.chunks import sync_chunk
from calendar_integration.sync.engine import Status
from tests.calendar_integration.mirror import assert_is_mirror
from tests.calendar_integration.refreshing import let_expire, token_requests
from tests.calendar_integration.synced import make_team
from tests.sandbox.running import Sandbox


@pytest.fixture(autouse=True)
def _threads_end() -> Iterator[None]:
    yield
    threads.stop()


def ids_of(team: list[Connection]) -> list[int]:
    """As the dispatcher queues them: their turn has come."""
    Connection.objects.update(next_attempt_at=timezone.now())
    return [connection.pk for connection in team]


@pytest.mark.django_db(transaction=True)
def test_threads_bring_every_mailbox_up_to_date(microsoft: Sandbox) -> None:
    team = make_team(microsoft)
    cy, noah, rosa = team
    microsoft.control("POST", f"/people/{cy.mailbox}/contacts", {"displayName": "Zoe Blum"}, 201)
    noah.streams.all().delete()
    let_expire(rosa)
    assert sync_chunk(ids_of(team)) == {Status.DONE: 3}
    for connection in team:
        assert_is_mirror(microsoft, connection)
    assert cy.contacts.filter(name="Zoe Blum").exists()


@pytest.mark.django_db(transaction=True)
def test_many_threads_share_few_database_connections(settings: Settings) -> None:
    def look() -> int:
        with threads.database(), database.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid() FROM pg_sleep(0.01)")
            return int(cursor.fetchone()[0])

    looking = [threads.submit(look) for _ in range(settings.SYNC_THREADS)]
    processes = {future.result() for future in looking}
    assert 1 < len(processes) <= threads.MOST_DATABASES
    assert look() not in processes, "in any other thread it is its own"


@pytest.mark.django_db
def test_mailboxes_without_anything_new_cost_three_statements_together(microsoft: Sandbox, settings: Settings) -> None:
    settings.SYNC_THREADS = 1  # so that those of the mailboxes would be counted too
    team = make_team(microsoft)
    links = set(team[0].streams.values_list("delta_link", flat=True))
    began, ids = timezone.now(), ids_of(team)
    microsoft.control("DELETE", "/requests")
    with CaptureQueriesContext(database) as captured:
        assert sync_chunk(ids) == {Status.DONE: 3}
    assert len(captured) == 3, [query["sql"][:80] for query in captured]
    assert len(microsoft.control("GET", "/requests")) == 6
    for connection in Connection.objects.all():
        assert connection.last_good_sync_at
        assert connection.last_good_sync_at > began
        assert connection.next_attempt_at
        assert connection.next_attempt_at > began + timedelta(minutes=4)
        assert (connection.lease_id, connection.lease_until, connection.claimed_until) == (None, None, None)
        assert all(stream.finished_at and stream.finished_at > began for stream in connection.streams.all())
    assert not links & set(team[0].streams.values_list("delta_link", flat=True)), "they are read from where they end"


@pytest.mark.django_db
def test_one_that_fails_holds_up_no_other(microsoft: Sandbox, settings: Settings) -> None:
    settings.SYNC_THREADS = 1
    team = make_team(microsoft)
    microsoft.fault("graph.access_denied", upn=team[1].mailbox)
    assert sync_chunk(ids_of(team)) == {Status.DONE: 2, Status.FAILED: 1}
    team[1].refresh_from_db()
    assert (team[1].failures, team[1].failure_kind, team[1].lease_id) == (1, "access_denied", None)


@pytest.mark.django_db
def test_our_own_mistake_at_one_holds_up_no_other_and_is_in_the_log(
    microsoft: Sandbox, settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings.SYNC_THREADS = 1
    team, read, calls = make_team(microsoft), GraphClient.contacts_page, iter(range(9))
    monkeypatch.setattr(GraphClient, "contacts_page", lambda self, link: 1 // next(calls) * 0 or read(self, link))
    assert sync_chunk(ids_of(team)) == {Status.DONE: 2, Status.FAILED: 1}
    assert "ZeroDivisionError" in caplog.text
    failed = Connection.objects.get(failures=1)
    assert (failed.failure_kind, failed.our_mistakes, failed.lease_id) == ("our_mistake", 1, None)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "meanwhile",
    [
        {"lease_id": uuid.uuid4(), "lease_until": timezone.now() + timedelta(days=1)},
        {"state": ConnectionState.DISCONNECTED_BY_USER},
        {"failures": 1, "next_attempt_at": timezone.now() + timedelta(days=1)},
    ],
)
def test_what_is_not_to_be_read_now_is_left_alone(
    microsoft: Sandbox, settings: Settings, meanwhile: dict[str, object]
) -> None:
    settings.SYNC_THREADS = 1
    team = make_team(microsoft)
    ids = ids_of(team)
    Connection.objects.filter(pk=team[0].pk).update(**meanwhile)
    before = Connection.objects.filter(pk=team[0].pk).values().get()
    assert sync_chunk(ids) == {Status.DONE: 2}
    assert Connection.objects.filter(pk=team[0].pk).values().get() == before


@pytest.mark.django_db
def test_whoever_disconnects_while_a_chunk_is_read_stays_disconnected(
    microsoft: Sandbox, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SYNC_THREADS = 1
    team, read = make_team(microsoft), GraphClient.contacts_page
    ended = {"state": ConnectionState.DISCONNECTED_BY_USER, "lease_id": None, "lease_until": None}

    def disconnected(self: GraphClient, link: str) -> object:
        Connection.objects.filter(pk=team[0].pk).update(**ended)
        return read(self, link)

    monkeypatch.setattr(GraphClient, "contacts_page", disconnected)
    links = set(team[0].streams.values_list("delta_link", flat=True))
    assert sync_chunk(ids_of(team)) == {Status.DONE: 2, Status.BUSY: 1}
    team[0].refresh_from_db()
    assert team[0].state == ConnectionState.DISCONNECTED_BY_USER
    assert set(team[0].streams.values_list("delta_link", flat=True)) == links


@pytest.mark.django_db
def test_tokens_that_expire_are_refreshed_each_once(microsoft: Sandbox, settings: Settings) -> None:
    settings.SYNC_THREADS = 1
    team = make_team(microsoft)
    for connection in team[:2]:
        let_expire(connection)
    microsoft.control("DELETE", "/requests")
    assert sync_chunk(ids_of(team)) == {Status.DONE: 3}
    assert token_requests(microsoft) == 2
