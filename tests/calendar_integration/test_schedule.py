"""Which mailboxes are due, by the database alone."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from calendar_integration.errors import AccessDeniedError, InvalidGrantError, UnavailableError
from calendar_integration.models import Connection, ConnectionState
from calendar_integration.sync import hurrying, schedule
from calendar_integration.sync.back_off import LONGEST_BACK_OFF, wait_after
from tests.makers import make_account, make_connection, make_user

pytestmark = pytest.mark.django_db


def make_due(state: ConnectionState = ConnectionState.ACTIVE, minutes_ago: int = 1, **fields: object) -> Connection:
    account = make_account(f"company-{uuid.uuid4().hex[:8]}")
    now = timezone.now()
    known = {"next_attempt_at": now - timedelta(minutes=minutes_ago), "connected_at": now - timedelta(days=1)}
    return make_connection(make_user(account), state, **{**known, **fields})


def test_what_is_due_is_claimed_once_longest_due_first() -> None:
    late, later = make_due(minutes_ago=5), make_due(minutes_ago=9)
    make_due(minutes_ago=-5)
    assert schedule.claim_due() == [later.pk, late.pk]
    assert schedule.claim_due() == []


@pytest.mark.parametrize(
    "state", [ConnectionState.PENDING, ConnectionState.NEEDS_REAUTHORIZATION, ConnectionState.NONE]
)
def test_only_mailboxes_with_tokens_are_due(state: ConnectionState) -> None:
    make_due(state)
    assert schedule.claim_due() == []


def test_a_mailbox_in_work_is_not_due_until_its_worker_is_taken_for_dead() -> None:
    now = timezone.now()
    make_due(lease_until=now + timedelta(minutes=1))
    dead = make_due(lease_until=now - timedelta(minutes=1))
    assert schedule.claim_due() == [dead.pk]


def test_after_three_intervals_without_success_a_mailbox_is_stale() -> None:
    now = timezone.now()
    fresh = make_due(last_good_sync_at=now - timedelta(minutes=14))
    silent = make_due(last_good_sync_at=now - timedelta(minutes=16))
    never = make_due(last_good_sync_at=None, connected_at=now - timedelta(minutes=16))
    assert schedule.mark_stale() == 2
    states = dict(Connection.objects.values_list("pk", "state"))
    assert states == {fresh.pk: "active", silent.pk: "stale", never.pk: "stale"}


def test_waiting_grows_with_failures_up_to_an_hour_and_never_below_what_was_asked() -> None:
    error = UnavailableError("busy")
    assert wait_after(0, error) <= timedelta(seconds=30)
    assert wait_after(4, error) >= timedelta(minutes=4)
    assert wait_after(500, error) <= LONGEST_BACK_OFF
    asked = UnavailableError("busy", retry_after=timedelta(minutes=7))
    assert wait_after(0, asked) >= timedelta(minutes=7)
    assert wait_after(0, InvalidGrantError("no")) >= timedelta(minutes=15)
    assert wait_after(0, AccessDeniedError("no")) == LONGEST_BACK_OFF


def test_without_notifications_the_polls_that_they_stretched_are_at_the_base_again(settings: Settings) -> None:
    now, base = timezone.now(), timedelta(seconds=settings.SYNC_INTERVAL_SECONDS)
    account = make_account()
    stretched, soon, failing = (
        make_connection(make_user(account, name), next_attempt_at=now + wait, failures=failures)
        for name, wait, failures in (("ana", 12 * base, 0), ("bo", base, 0), ("cy", 12 * base, 4))
    )
    settings.NOTIFICATION_URL = "https://atrium.example"
    assert hurrying.bring_back() == 0
    settings.NOTIFICATION_URL = ""
    assert hurrying.bring_back() == 1
    due = dict(Connection.objects.values_list("pk", "next_attempt_at"))
    brought_back = due[stretched.pk]
    assert brought_back
    assert now <= brought_back <= timezone.now() + base
    assert due[soon.pk] == soon.next_attempt_at
    assert due[failing.pk] == failing.next_attempt_at, "a back-off is kept to"
    assert hurrying.bring_back() == 0
