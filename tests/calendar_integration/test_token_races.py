"""Two workers at once, and workers that die: the refresh token that was rotated last is never lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connections, transaction

from calendar_integration import tokens
from calendar_integration.ending import forgetting
from calendar_integration.models import Connection, ConnectionState
from calendar_integration.sync.engine import Status, sync_connection
from calendar_integration.tokens import access
from tests.calendar_integration.refreshing import let_expire, make_expired, refresh_token_of, token_requests
from tests.sandbox.running import Sandbox

pytestmark = pytest.mark.django_db(transaction=True)

WORKERS = 4
Answer = TypeVar("Answer")


def at_once(work: Callable[[], Answer]) -> list[Answer]:
    """What several workers answer who begin in the same moment, each with a database connection of their own."""

    def worker(_: int) -> Answer:
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WORKERS) as workers:
        return list(workers.map(worker, range(WORKERS)))


def test_of_workers_who_refresh_at_once_one_saves_and_nobody_overwrites_it(microsoft: Sandbox) -> None:
    connection = make_expired(microsoft)
    version, start = connection.token_cache_version, Barrier(WORKERS)
    microsoft.control("DELETE", "/requests")

    def refresh() -> tuple[str, Connection]:
        mine = Connection.objects.get(pk=connection.pk)
        mine.refresh_from_db(fields=["token_cache", "token_cache_version"])
        start.wait(10)  # everybody holds the same old refresh token now
        return tokens.access_token(mine), mine

    results = at_once(refresh)
    assert token_requests(microsoft) == WORKERS, "they did not race"
    connection.refresh_from_db()
    assert connection.token_cache_version == version + 1, "somebody's newer tokens were overwritten"
    assert {mine.token_cache for _, mine in results} == {connection.token_cache}, "a loser goes on with stale tokens"
    assert all(token for token, _ in results)
    let_expire(connection)
    assert tokens.access_token(connection), "the refresh token that was kept works"


def test_a_slow_worker_brings_no_older_token_back(microsoft: Sandbox) -> None:
    connection = make_expired(microsoft)
    slow = Connection.objects.get(pk=connection.pk)
    slow.refresh_from_db(fields=["token_cache", "token_cache_version"])
    for _ in range(2):
        let_expire(connection)
        tokens.access_token(connection)
    newest = refresh_token_of(connection)
    assert tokens.access_token(slow)
    assert refresh_token_of(connection) == newest


def test_tokens_that_were_wiped_meanwhile_do_not_come_back(microsoft: Sandbox) -> None:
    connection = make_expired(microsoft)
    slow = Connection.objects.get(pk=connection.pk)
    slow.refresh_from_db(fields=["token_cache", "token_cache_version"])
    Connection.objects.update(state=ConnectionState.DISCONNECTED_BY_USER, to_forget=True, connected_at=None)
    forgetting.forget(connection.pk)
    tokens.access_token(slow)
    connection.refresh_from_db()
    assert connection.token_cache == ""


def test_under_the_lease_only_one_of_them_asks_microsoft(microsoft: Sandbox) -> None:
    connection = make_expired(microsoft)
    start = Barrier(WORKERS)
    microsoft.control("DELETE", "/requests")
    microsoft.fault("graph.slow", count=1, seconds=1)

    def synchronise() -> Status:
        start.wait(10)
        return sync_connection(connection.pk).status

    assert sorted(at_once(synchronise)) == [Status.BUSY] * (WORKERS - 1) + [Status.DONE]
    assert token_requests(microsoft) == 1


class Killed(BaseException):
    """The end of a process, as its transaction sees it."""


@transaction.atomic
def refresh_and_die(connection: Connection) -> None:
    """A worker that Microsoft answered and that never came to keep the answer."""
    tokens.access_token(Connection.objects.get(pk=connection.pk))
    raise Killed


def test_a_crash_between_microsofts_answer_and_our_save_costs_nothing(microsoft: Sandbox) -> None:
    connection = make_expired(microsoft)
    old = refresh_token_of(connection)
    microsoft.control("DELETE", "/requests")
    with pytest.raises(Killed):
        refresh_and_die(connection)
    assert refresh_token_of(connection) == old, "the answer is lost"
    assert tokens.access_token(connection)
    assert refresh_token_of(connection) != old
    assert token_requests(microsoft) == 2


def test_what_is_dropped_is_said_in_the_log_without_the_token(
    microsoft: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    connection = make_expired(microsoft)
    slow = Connection.objects.get(pk=connection.pk)
    slow.refresh_from_db(fields=["token_cache", "token_cache_version"])
    tokens.access_token(connection)
    used = tokens.access_token(slow)
    assert f"connection {connection.pk}: another process saved its tokens first" in caplog.text
    assert used not in caplog.text
    assert access.logger.name in {record.name for record in caplog.records}
