"""The queue makes a sync sooner; without it nothing is lost and nobody waits."""

import logging
import time
import uuid
from datetime import timedelta
from typing import NoReturn

import pytest
from django.db import OperationalError
from django.utils import timezone
from pytest_django.fixtures import Settings

from calendar_integration import queueing, tasks
from calendar_integration.models import Connection
from calendar_integration.sync import circuits, schedule, set_aside
from tests.calendar_integration.test_schedule import make_due
from tests.calendar_integration.watching import running_queue
from tests.makers import make_account, make_connection, make_user


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


@pytest.mark.django_db
def test_what_one_part_of_the_dispatching_fails_by_holds_up_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    sent: list[list[int]] = []
    monkeypatch.setattr(queueing, "queue_answers", lambda: True)
    monkeypatch.setattr(queueing, "send_chunks", lambda ids, **_size: sent.append(list(ids)))
    monkeypatch.setattr(circuits, "choose_probes", lambda: 1 / 0)
    due = make_connection(make_user(make_account()), next_attempt_at=timezone.now())
    with pytest.raises(ZeroDivisionError):
        tasks.dispatch_due()
    assert sent == [[due.pk]]
    assert "dispatching: _queue_probes" in caplog.text


@pytest.mark.django_db
def test_whoever_was_silent_because_the_database_was_away_is_not_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = timezone.now() - timedelta(seconds=1)
    mailbox = make_connection(make_user(make_account()), lease_id=uuid.uuid4(), lease_until=gone)
    with running_queue() as client, monkeypatch.context() as away:
        away.setattr(schedule, "claim_due", lambda: raise_(OperationalError()))
        away.setattr(set_aside, "bury", lambda: None)
        with pytest.raises(OperationalError):
            tasks.dispatch_due()
        away.undo()
        tasks.dispatch_due()
        assert Connection.objects.get(pk=mailbox.pk).worker_deaths == 0
        assert 0 < client.ttl(queueing.DATABASE_AWAY) <= 30
        client.delete(queueing.DATABASE_AWAY)
        tasks.dispatch_due()
    assert Connection.objects.get(pk=mailbox.pk).worker_deaths == 1


def raise_(error: Exception) -> NoReturn:
    raise error
