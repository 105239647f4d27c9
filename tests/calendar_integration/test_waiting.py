"""No worker holds a transaction, or a lock, while it waits for Microsoft: seen from another database session."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg2
import pytest
from django.conf import settings as django_settings
from django.db import connection as database
from django.utils import timezone
from urllib3 import HTTPConnectionPool

from calendar_integration import tasks
from calendar_integration.clients import graph_ahead
from calendar_integration.models import Connection
from calendar_integration.sync import leases, set_aside, threads
from calendar_integration.sync.chunks import sync_chunk
from calendar_integration.sync.engine import Status
from tests.calendar_integration.mirror import assert_is_mirror
from tests.calendar_integration.refreshing import let_expire
from tests.calendar_integration.synced import make_synced, make_team, sync
from tests.sandbox.running import PROJECT, Sandbox

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_SECONDS = 30
IN_TRANSACTION = """
SELECT count(*) FROM pg_stat_activity
WHERE pid = ANY(%s) AND xact_start IS NOT NULL AND state <> 'active'
"""


@pytest.fixture(autouse=True)
def _threads_end() -> Iterator[None]:
    yield
    threads.stop()


@contextmanager
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many transactions the thread that asks, and the one that waits for it, had open at each request."""
    seen: list[int] = []
    waiting = backend_pid()
    observer = psycopg2.connect(**database.get_connection_params() | {"cursor_factory": None})
    observer.autocommit = True
    send, answer = HTTPConnectionPool.urlopen, graph_ahead._answer

    def look() -> None:
        with observer.cursor() as cursor:
            cursor.execute(IN_TRANSACTION, [[waiting, backend_pid()]])
            seen.append(cursor.fetchone()[0])

    def watch(self: HTTPConnectionPool, method: str, url: str, *arguments: Any, **options: Any) -> Any:
        response = send(self, method, url, *arguments, **options)
        if "/control/" not in url:
            look()
        return response

    async def watch_ahead(*arguments: Any) -> Any:
        answered = await answer(*arguments)
        look()
        return answered

    monkeypatch.setattr(HTTPConnectionPool, "urlopen", watch)
    monkeypatch.setattr(graph_ahead, "_answer", watch_ahead)
    try:
        yield seen
    finally:
        observer.close()


def backend_pid() -> int:
    """PostgreSQL's process for this thread, or 0 where it has none."""
    return int(database.connection.info.backend_pid) if database.connection else 0


def begin_anew(connection: Connection, _microsoft: Sandbox) -> None:
    connection.streams.all().delete()


def change_something(connection: Connection, microsoft: Sandbox) -> None:
    microsoft.control("POST", f"/people/{connection.mailbox}/contacts", {"displayName": "Zoe Blum"}, 201)


def expire(connection: Connection, _microsoft: Sandbox) -> None:
    let_expire(connection)


def lose_the_sync_state(_connection: Connection, microsoft: Sandbox) -> None:
    microsoft.fault("graph.sync_state_not_found", count=1)


def refuse_the_refresh(connection: Connection, microsoft: Sandbox) -> None:
    let_expire(connection)
    microsoft.fault("token.refresh_revoked")


def refuse_the_secret(connection: Connection, microsoft: Sandbox) -> None:
    let_expire(connection)
    microsoft.fault("token.invalid_client")


def throttle(_connection: Connection, microsoft: Sandbox) -> None:
    microsoft.fault("graph.throttled")


def nothing(_connection: Connection, _microsoft: Sandbox) -> None:
    """Nobody has changed anything."""


@pytest.mark.parametrize(
    "before",
    [
        nothing,
        begin_anew,
        change_something,
        expire,
        lose_the_sync_state,
        refuse_the_refresh,
        refuse_the_secret,
        throttle,
    ],
)
def test_no_transaction_is_open_while_microsoft_is_waited_for(
    microsoft: Sandbox, monkeypatch: pytest.MonkeyPatch, before: Callable[[Connection, Sandbox], None]
) -> None:
    connection = make_synced(microsoft)
    before(connection, microsoft)
    with watched(monkeypatch) as transactions:
        tasks.sync_connection(connection.pk)
    assert transactions, "nobody was asked"
    assert not any(transactions)


def test_nor_by_any_thread_of_a_chunk(microsoft: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    team = make_team(microsoft)
    begin_anew(team[0], microsoft)
    change_something(team[1], microsoft)
    expire(team[2], microsoft)
    Connection.objects.update(next_attempt_at=timezone.now())
    with watched(monkeypatch) as transactions:
        assert sync_chunk([connection.pk for connection in team]) == {Status.DONE: 3}
    assert len(transactions) > 6
    assert not any(transactions)


def test_the_search_would_find_one(microsoft: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = make_synced(microsoft)
    with watched(monkeypatch) as transactions, leases.lease(connection.pk), database.cursor() as cursor:
        cursor.execute("BEGIN")
        threads.submit(lambda: microsoft.client.get(f"{microsoft.http}/healthz")).result()
        cursor.execute("ROLLBACK")
    assert transactions == [1]


def test_a_worker_that_is_killed_loses_its_mailbox_and_the_next_one_finishes(microsoft: Sandbox) -> None:
    connection = make_synced(microsoft)
    connection.streams.all().delete()
    slow = microsoft.fault("graph.slow", seconds=PATIENCE_SECONDS)
    worker = start_worker(connection)
    try:
        wait_until(lambda: bool(microsoft.control("GET", "/requests")) and is_leased(connection))
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait(PATIENCE_SECONDS)
    microsoft.control("DELETE", f"/faults/{slow}")
    assert sync_chunk([connection.pk]) == {}, "its lease has not run out"
    Connection.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert set_aside.bury() == 1
    sync(connection)
    assert_is_mirror(microsoft, connection)
    connection.refresh_from_db()
    assert (connection.worker_deaths, connection.lease_id) == (0, None)


def start_worker(connection: Connection) -> "subprocess.Popen[bytes]":
    """A process that synchronises this mailbox in the tests' database."""
    Connection.objects.update(next_attempt_at=timezone.now())
    where = database.get_connection_params()
    url = f"postgresql://{where.get('user', '')}@/{where['dbname']}?host={where.get('host', '')}"
    names = ("MS_AUTHORITY_HOST", "MS_GRAPH_URL", "MS_CA_BUNDLE", "MS_CLIENT_SECRET")
    environment = {**os.environ, "DATABASE_URL": url, **{name: getattr(django_settings, name) for name in names}}
    command = [sys.executable, "manage.py", "sync", "--connection", str(connection.pk)]
    return subprocess.Popen(command, cwd=PROJECT, env=environment)  # noqa: S603 - our own command


def is_leased(connection: Connection) -> bool:
    connection.refresh_from_db()
    return connection.lease_id is not None


def wait_until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)  # another process works: nobody tells us
