"""Whether the portal lives, and whether all it needs is there."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from pytest_django.fixtures import Settings

from calendar_integration.queueing import redis_client
from portal.health import WORKER_SEEN_KEY, worker_heartbeat
from tests.portal.making import lost_database, no_database, running_redis

pytestmark = pytest.mark.django_db

ALL_THERE = {"database": True, "redis": True, "worker": True}


def ready(client: Client) -> tuple[int, dict[str, bool]]:
    """The status, and which parts are there."""
    answer = client.get("/readyz")
    return answer.status_code, answer.json()


def test_a_process_that_answers_lives(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")


def test_it_lives_without_any_server(client: Client, settings: Settings, tmp_path: Path) -> None:
    settings.REDIS_URL = f"unix://{tmp_path / 'nobody.sock'}"
    with no_database(tmp_path):
        assert client.get("/healthz").status_code == 200


def test_it_is_ready_once_a_worker_was_heard_of(client: Client, settings: Settings, tmp_path: Path) -> None:
    with running_redis(tmp_path) as settings.REDIS_URL:
        assert ready(client) == (503, {**ALL_THERE, "worker": False})
        worker_heartbeat()
        assert ready(client) == (200, ALL_THERE)


def test_a_worker_that_falls_silent(client: Client, settings: Settings, tmp_path: Path) -> None:
    with running_redis(tmp_path) as settings.REDIS_URL:
        worker_heartbeat()
        with redis_client() as redis:
            assert redis.ttl(WORKER_SEEN_KEY) == 60
            redis.pexpire(WORKER_SEEN_KEY, 0)
        assert ready(client) == (503, {**ALL_THERE, "worker": False})


def test_a_worker_whose_clock_is_off_is_there(client: Client, settings: Settings, tmp_path: Path) -> None:
    with running_redis(tmp_path) as settings.REDIS_URL:
        with time_machine.travel(datetime.now(UTC) - timedelta(minutes=7)):
            worker_heartbeat()
        assert ready(client) == (200, ALL_THERE)


def test_redis_that_is_gone_takes_the_worker_with_it(client: Client, settings: Settings, tmp_path: Path) -> None:
    with running_redis(tmp_path) as settings.REDIS_URL:
        worker_heartbeat()
    assert ready(client) == (503, {"database": True, "redis": False, "worker": False})


def test_a_database_that_is_not_there(client: Client, settings: Settings, tmp_path: Path) -> None:
    with running_redis(tmp_path) as settings.REDIS_URL:
        worker_heartbeat()
        with no_database(tmp_path):
            assert ready(client) == (503, {**ALL_THERE, "database": False})
        assert ready(client) == (200, ALL_THERE)


def test_a_database_that_has_hung_up(client: Client, settings: Settings, tmp_path: Path) -> None:
    with running_redis(tmp_path) as settings.REDIS_URL:
        worker_heartbeat()
        with lost_database():
            assert ready(client) == (503, {**ALL_THERE, "database": False})
