"""What a whole company fails by: it pauses, one mailbox is tried now and then, and all go on when that works."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from pytest_django.fixtures import Settings

from calendar_integration import tasks
from calendar_integration.models import Circuit, Connection, ConnectionState
from calendar_integration.sync import chunks, circuits, schedule
from calendar_integration.sync.engine import Status, sync_connection
from calendar_integration.sync.kinds import FailureKind
from calendar_integration.sync.pauses import pause_of
from calendar_integration.sync.taking import take_queued
from tests.calendar_integration.refreshing import let_expire
from tests.calendar_integration.synced import make_team
from tests.makers import make_account, make_connection, make_user
from tests.sandbox.running import Sandbox

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_this_thread(settings: Settings) -> None:
    settings.SYNC_THREADS = 1


def make_due() -> None:
    """Everybody's turn has come."""
    Connection.objects.update(next_attempt_at=timezone.now(), claimed_until=None)


def let_time_pass() -> None:
    """Until the next mailbox is to be tried."""
    Circuit.objects.update(next_probe_at=timezone.now())


def requests_to_microsoft(microsoft: Sandbox) -> int:
    return len(microsoft.control("GET", "/requests"))


def pause(microsoft: Sandbox, team: list[Connection], fault: str) -> None:
    """Everybody fails by it."""
    microsoft.fault(fault)
    make_due()
    chunks.sync_chunk([connection.pk for connection in team])


CAUSES = [
    ("graph.unavailable", FailureKind.MAILBOXES),
    ("graph.throttled", FailureKind.THROTTLED),
    ("token.invalid_client", FailureKind.REGISTRATION),
    ("token.unavailable", FailureKind.SIGN_IN),
    ("token.consent_withdrawn", FailureKind.CONSENT),
]


@pytest.mark.parametrize(("fault", "cause"), CAUSES)
def test_a_company_pauses_says_why_and_goes_on_by_itself(microsoft: Sandbox, fault: str, cause: FailureKind) -> None:
    team = make_team(microsoft)
    for connection in team:
        let_expire(connection)
    pause(microsoft, team, fault)
    known = pause_of(team[0].account)
    assert known
    assert (known.cause, known.tries) == (cause, 0)
    assert known.words
    assert known.next_try_at
    assert known.next_try_at > timezone.now()
    assert set(Connection.objects.values_list("state", flat=True)) == {ConnectionState.ACTIVE}

    make_due()
    assert schedule.claim_due() == [], "nobody is queued"
    assert circuits.choose_probes() == [], "it is too soon to try"
    let_time_pass()
    (tried,) = circuits.choose_probes()
    assert chunks.sync_chunk([tried]) == {Status.FAILED: 1}
    known = pause_of(team[0].account)
    assert known
    assert known.tries == 1

    microsoft.control("DELETE", "/faults")
    Connection.objects.exclude(pk=tried).update(next_attempt_at=timezone.now() + timedelta(hours=1))
    let_time_pass()
    (tried,) = circuits.choose_probes()
    assert chunks.sync_chunk([tried]) == {Status.DONE: 1}
    assert pause_of(team[0].account) is None
    others = Connection.objects.exclude(pk=tried)
    still_waiting = others.filter(next_attempt_at__gt=timezone.now() + timedelta(seconds=5)).count()
    assert still_waiting == (others.count() if cause is FailureKind.THROTTLED else 0), "what was asked for is kept to"


def test_what_was_queued_before_the_pause_asks_nobody(microsoft: Sandbox) -> None:
    team = make_team(microsoft)
    pause(microsoft, team, "graph.unavailable")
    make_due()
    microsoft.control("DELETE", "/requests")
    assert chunks.sync_chunk([connection.pk for connection in team]) == {}
    tasks.sync_connection(team[0].pk)
    assert requests_to_microsoft(microsoft) == 0


def test_whoever_asks_for_one_mailbox_is_answered_and_a_success_ends_the_pause(microsoft: Sandbox) -> None:
    team = make_team(microsoft)
    pause(microsoft, team, "graph.unavailable")
    microsoft.control("DELETE", "/faults")
    assert sync_connection(team[0].pk).status is Status.DONE
    assert pause_of(team[0].account) is None


def test_the_rest_of_a_chunk_is_left_when_its_company_fails(microsoft: Sandbox) -> None:
    team = make_team(microsoft)
    fourth = Connection.objects.create(
        user=team[0].account.users.create(username="more", email="more@contoso.example"),
        account=team[0].account,
        state=ConnectionState.ACTIVE,
        tenant_id=team[0].tenant_id,
    )
    microsoft.fault("graph.unavailable")
    make_due()
    ids = [*(connection.pk for connection in team), fourth.pk]
    assert chunks.sync_chunk(ids) == {Status.FAILED: 3, Status.LEFT: 1}
    fourth.refresh_from_db()
    assert (fourth.failures, fourth.lease_id) == (0, None)


def test_a_mailbox_of_its_own_trouble_pauses_nobody(microsoft: Sandbox) -> None:
    team = make_team(microsoft)
    microsoft.fault("graph.unavailable", upn=team[0].mailbox)
    for _ in range(4):
        make_due()
        assert chunks.sync_chunk([connection.pk for connection in team]) == {Status.DONE: 2, Status.FAILED: 1}
    assert pause_of(team[0].account) is None


def test_of_a_failure_that_is_disproved_at_once_nothing_is_kept(microsoft: Sandbox) -> None:
    team = make_team(microsoft)
    microsoft.fault("graph.unavailable", upn=team[0].mailbox)
    make_due()
    assert chunks.sync_chunk([connection.pk for connection in team]) == {Status.DONE: 2, Status.FAILED: 1}
    assert not Circuit.objects.exists(), "each further batch would look at it, for ever"


def test_where_nobody_is_left_who_failed_the_company_goes_on(microsoft: Sandbox) -> None:
    team = make_team(microsoft)
    for connection in team:
        let_expire(connection)
    pause(microsoft, team, "token.invalid_client")
    Connection.objects.update(state=ConnectionState.DISCONNECTED_BY_USER)
    let_time_pass()
    assert circuits.choose_probes() == []
    assert pause_of(team[0].account) is None


def test_without_new_tokens_those_who_have_one_go_on_and_only_those_who_failed_wait() -> None:
    account, now = make_account(), timezone.now()
    due = now - timedelta(seconds=1)
    ana = make_connection(make_user(account), next_attempt_at=due)
    bo = make_connection(make_user(account, "bo"), failures=1, failure_kind=FailureKind.CONSENT, next_attempt_at=due)
    Circuit.objects.create(
        account=account, cause=FailureKind.CONSENT, since=now, opened_at=now, next_probe_at=now + timedelta(minutes=1)
    )
    assert schedule.claim_due() == [ana.pk]
    assert (schedule.may_run_now(ana.pk), schedule.may_run_now(bo.pk)) == (True, False)
    assert [held.connection.pk for held in take_queued([ana.pk, bo.pk])] == [ana.pk]


def test_a_clock_that_is_ahead_where_mailboxes_are_claimed_keeps_no_failing_one_from_being_read() -> None:
    mailbox = make_connection(make_user(make_account()), failures=2, next_attempt_at=timezone.now())
    with time_machine.travel(timezone.now() + timedelta(minutes=3), tick=False):
        assert schedule.claim_due() == [mailbox.pk]
    assert schedule.may_run_now(mailbox.pk)
    assert [held.connection.pk for held in take_queued([mailbox.pk])] == [mailbox.pk]
