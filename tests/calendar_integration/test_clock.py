"""Whatever a machine's clock says, schedules and leases follow PostgreSQL's."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from calendar_integration import clock
from calendar_integration.sync.leases import lease
from tests.makers import make_account, make_connection, make_user

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _right_again() -> Iterator[None]:
    yield
    clock.compare(connection)


@pytest.mark.parametrize("minutes", [7, -7])
def test_a_clock_that_is_minutes_off_does_not_count(minutes: int, caplog: pytest.LogCaptureFixture) -> None:
    right = datetime.now(UTC)
    with time_machine.travel(right + timedelta(minutes=minutes)):
        clock.compare(connection)
        assert abs(clock.now() - right) < SECOND
        assert abs(timezone.now() - right) > timedelta(minutes=6)
        assert f"{minutes * 60} seconds off" in caplog.text
    clock.compare(connection)
    assert abs(clock.now() - right) < 5 * SECOND


@pytest.mark.django_db(transaction=True)  # or the connection would stay open
def test_a_worker_looks_before_it_tells_the_time() -> None:
    right = datetime.now(UTC)
    connection.close()
    with time_machine.travel(right + timedelta(minutes=7)):
        clock.look_first()
        assert abs(clock.now() - right) < SECOND


def test_clocks_that_agree_are_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    with time_machine.travel(datetime.now(UTC) + SECOND, tick=False):
        clock.compare(connection)
        assert clock.now() == timezone.now()
        assert not caplog.text


def test_a_fast_worker_leaves_the_lease_of_a_living_one() -> None:
    mailbox = make_connection(make_user(make_account()))
    with lease(mailbox.pk) as held, time_machine.travel(datetime.now(UTC) + timedelta(minutes=7)):
        clock.compare(connection)
        with lease(mailbox.pk) as stolen:
            assert held
            assert stolen is None
