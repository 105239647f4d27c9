"""Mailboxes at which workers die or Atrium errs: tried alone, then set aside with a reason, never retried for ever."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from calendar_integration.clients.graph import GraphClient
from calendar_integration.health.standing import Standing, standing
from calendar_integration.models import Connection, ConnectionState
from calendar_integration.sync import back_off, chunks, schedule, set_aside
from calendar_integration.sync.brake import Brake
from calendar_integration.sync.engine import Status
from tests.calendar_integration.journey import Traveller
from tests.calendar_integration.synced import make_synced, make_team
from tests.makers import make_account, make_connection, make_user
from tests.sandbox.running import Sandbox

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def die(*connections: Connection) -> None:
    """A worker took these mailboxes, was killed, and its leases have run out since."""
    gone = timezone.now() - timedelta(seconds=1)
    for connection in connections:
        Connection.objects.filter(pk=connection.pk).update(
            lease_id=uuid.uuid4(), lease_until=gone, next_attempt_at=gone
        )
    assert set_aside.bury() == len(connections)


def make_mailbox() -> Connection:
    return make_connection(make_user(make_account()), next_attempt_at=timezone.now())


def those_aside() -> list[Connection]:
    """The mailboxes that the Connections page calls set aside."""
    known = Connection.objects.annotate(standing=standing(timezone.now()))
    return list(known.filter(standing=Standing.SET_ASIDE))


def until_next_try(connection: Connection) -> timedelta:
    connection.refresh_from_db()
    assert connection.next_attempt_at
    return connection.next_attempt_at - timezone.now()


def test_after_one_death_a_mailbox_is_due_at_once() -> None:
    mailbox = make_mailbox()
    die(mailbox)
    mailbox.refresh_from_db()
    assert (mailbox.worker_deaths, mailbox.lease_id, mailbox.set_aside_at) == (1, None, None)
    assert schedule.claim_due() == [mailbox.pk]


@pytest.mark.parametrize("state", [ConnectionState.MAILBOX_UNSUPPORTED, ConnectionState.NEEDS_REAUTHORIZATION])
def test_a_worker_that_dies_after_a_mailbox_was_given_up_takes_no_words_from_it(state: ConnectionState) -> None:
    gone = timezone.now() - timedelta(seconds=1)
    why = {"last_error": "Your mailbox holds more than Atrium reads.", "failure_kind": "unsupported", "failures": 1}
    mailbox = make_connection(make_user(make_account()), state, lease_id=uuid.uuid4(), lease_until=gone, **why)
    assert set_aside.bury() == 0
    known = Connection.objects.values("state", "worker_deaths", *why).get(pk=mailbox.pk)
    assert known == {"state": state, "worker_deaths": 0, **why}


def test_after_three_in_a_row_it_is_set_aside_for_a_day_and_says_why() -> None:
    mailbox = make_mailbox()
    for _ in range(3):
        die(mailbox)
    assert 0.8 * DAY < until_next_try(mailbox) <= DAY
    assert schedule.claim_due() == []
    assert those_aside() == [mailbox]
    assert mailbox.set_aside_because == "3 workers in a row ended while they read this mailbox."
    assert mailbox.is_active, "nobody is disconnected for it"


def test_it_can_be_tried_at_once_and_one_more_death_is_enough() -> None:
    mailbox = make_mailbox()
    for _ in range(3):
        die(mailbox)
    assert set_aside.retry_now(mailbox)
    assert schedule.may_run_now(mailbox.pk)
    assert until_next_try(mailbox) < timedelta(0)
    die(mailbox)
    assert until_next_try(mailbox) > 0.8 * DAY


def test_a_mailbox_that_is_not_connected_cannot_be_tried() -> None:
    assert not set_aside.retry_now(make_connection(make_user(make_account()), ConnectionState.NONE))


def test_what_can_be_read_again_is_set_aside_no_longer(microsoft: Sandbox) -> None:
    mailbox = make_synced(microsoft)
    for _ in range(3):
        die(mailbox)
    Connection.objects.update(next_attempt_at=timezone.now())
    assert chunks.sync_chunk([mailbox.pk]) == {Status.DONE: 1}
    mailbox.refresh_from_db()
    assert (mailbox.worker_deaths, mailbox.set_aside_at, mailbox.set_aside_because) == (0, None, "")
    assert those_aside() == []


def test_of_a_chunk_whose_worker_died_each_is_read_alone(
    microsoft: Sandbox, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SYNC_THREADS = 1
    team = make_team(microsoft)
    die(*team)
    leased: list[int] = []

    def count(self: GraphClient, link: str) -> object:
        leased.append(Connection.objects.filter(lease_until__isnull=False).count())
        return read(self, link)

    read = GraphClient.contacts_page
    monkeypatch.setattr(GraphClient, "contacts_page", count)
    assert chunks.sync_chunk([connection.pk for connection in team]) == {Status.DONE: 3}
    assert leased == [1, 1, 1], "the death of one would be counted against all"


def test_those_that_are_read_alone_have_a_time_together(
    microsoft: Sandbox, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SYNC_THREADS = 1
    team, begun = make_team(microsoft), iter((False, True, True))
    die(*team)
    monkeypatch.setattr(Brake, "is_late", property(lambda _self: next(begun)))
    assert chunks.sync_chunk([connection.pk for connection in team]) == {Status.DONE: 1, Status.LEFT: 2}
    left = Connection.objects.filter(worker_deaths=1)
    assert [(row.lease_id, row.state) for row in left] == [(None, ConnectionState.ACTIVE)] * 2
    assert sorted(schedule.claim_due()) == sorted(left.values_list("pk", flat=True)), "they come again by themselves"


def test_five_mistakes_of_ours_in_a_row_set_it_aside_and_the_reason_names_what_it_was(
    microsoft: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox = make_synced(microsoft)
    monkeypatch.setattr(GraphClient, "contacts_page", lambda *_: 1 / 0)
    for _ in range(back_off.MOST_MISTAKES):
        assert those_aside() == []
        Connection.objects.update(next_attempt_at=timezone.now())
        assert chunks.sync_chunk([mailbox.pk]) == {Status.FAILED: 1}
    (aside,) = those_aside()
    assert aside.set_aside_because == "Atrium failed 5 times in a row at this mailbox (ZeroDivisionError)."
    assert until_next_try(mailbox) > 0.8 * DAY
    assert mailbox.last_error == "Something went wrong on our side."


def test_connecting_anew_forgets_what_was_wrong(microsoft: Sandbox) -> None:
    mailbox = make_synced(microsoft)
    for _ in range(3):
        die(mailbox)
    mailbox = Traveller(mailbox.user, microsoft, "Mia Brandt").connect()
    assert (mailbox.worker_deaths, mailbox.set_aside_at, mailbox.set_aside_because) == (0, None, "")
