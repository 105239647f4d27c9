"""The queue makes a sync sooner; without it nothing is lost and nobody waits."""

import logging
import time

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from calendar_integration import queueing, tasks
from calendar_integration.models import Connection
from calendar_integration.sync import circuits
from tests.calendar_integration.test_schedule import make_due
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
