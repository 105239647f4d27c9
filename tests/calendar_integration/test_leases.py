"""One worker per mailbox, also when a worker dies."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import OperationalError, transaction
from django.db import connection as database
from django.utils import timezone

from calendar_integration.errors import LeaseLostError
from calendar_integration.models import Connection
from calendar_integration.sync import leases
from calendar_integration.sync.engine import Status, sync_connection
from tests.makers import make_account, make_connection, make_user

pytestmark = pytest.mark.django_db


def make_mailbox() -> Connection:
    return make_connection(make_user(make_account()))


def test_a_second_worker_is_told_that_the_mailbox_is_taken() -> None:
    mailbox = make_mailbox()
    with leases.lease(mailbox.pk) as first, leases.lease(mailbox.pk) as second:
        assert first
        assert second is None
        assert sync_connection(mailbox.pk).status is Status.BUSY


def test_the_mailbox_is_free_after_the_block_even_when_it_failed() -> None:
    mailbox = make_mailbox()
    with pytest.raises(ZeroDivisionError), leases.lease(mailbox.pk):
        1 / 0  # noqa: B018 - any failure
    with leases.lease(mailbox.pk) as again:
        assert again


def test_a_dead_workers_lease_runs_out() -> None:
    mailbox = make_mailbox()
    Connection.objects.update(lease_id=uuid.uuid4(), lease_until=timezone.now() - timedelta(seconds=1))
    with leases.lease(mailbox.pk) as taken:
        assert taken


def test_whoever_lost_the_mailbox_can_write_nothing_more() -> None:
    mailbox = make_mailbox()
    with leases.lease(mailbox.pk) as mine:
        assert mine
        Connection.objects.update(lease_id=uuid.uuid4())
        with pytest.raises(LeaseLostError):
            leases.extend(mailbox.pk, mine)
        with pytest.raises(LeaseLostError), transaction.atomic():
            leases.confirm(mailbox.pk, mine)
    mailbox.refresh_from_db()
    assert mailbox.lease_id, "the other worker's lease was given up for it"


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_for_seconds_makes_no_dead_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "AGAIN_SECONDS", 0.05)
    mailbox = make_mailbox()
    known = database.settings_dict
    is_back = threading.Timer(0.5, known.__setitem__, ("HOST", known["HOST"]))
    with leases.lease(mailbox.pk):
        known["HOST"] = "/nowhere"
        database.close()
        with pytest.raises(OperationalError):
            Connection.objects.exists()
        is_back.start()
    mailbox.refresh_from_db()
    assert (mailbox.lease_id, mailbox.lease_until) == (None, None)


@pytest.mark.django_db(transaction=True)
def test_no_outage_is_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "AGAIN_SECONDS", 0.05)
    monkeypatch.setattr(leases, "LONGEST_OUTAGE", timedelta(seconds=0.2))
    monkeypatch.setitem(database.settings_dict, "HOST", "/nowhere")
    database.close()
    with pytest.raises(OperationalError):
        leases.give_back_for_sure(uuid.uuid4(), [1])
