"""The queue makes a sync sooner; without it nothing is lost and nobody waits."""

import logging
import time

import pytest
from pytest_django.fixtures import Settings

from calendar_integration import queueing, tasks
from calendar_integration.models import Connection
from tests.calendar_integration.test_schedule import make_due


def test_a_queue_out_of_reach_is_logged_and_holds_nobody_up(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REDIS_URL = "unix:///nowhere/redis.sock"
    caplog.set_level(logging.WARNING)
    began = time.monotonic()
    queueing.send(7)
    assert time.monotonic() - began < 2
    assert "connection 7 waits for the schedule" in caplog.text


@pytest.mark.django_db
def test_the_dispatcher_claims_nothing_while_the_queue_is_away(settings: Settings) -> None:
    settings.REDIS_URL = "unix:///nowhere/redis.sock"
    due = make_due()
    tasks.dispatch_due()
    assert Connection.objects.get().next_attempt_at == due.next_attempt_at
