"""Subscriptions at Microsoft: made after the first sync, renewed, made anew where they are gone, ended at the end."""

import logging
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks, Settings

from calendar_integration import tasks, tokens
from calendar_integration.errors import InvalidGrantError
from calendar_integration.models import Connection, ConnectionState, Listening, Subscription
from calendar_integration.subscriptions import client_state, due, keeping
from calendar_integration.sync.leases import lease
from tests.calendar_integration.making import lock, set_integration
from tests.calendar_integration.refreshing import let_expire
from tests.calendar_integration.subscribed import (
    at_microsoft,
    is_due,
    make_connected,
    make_read,
    make_subscribed,
    subscribe,
    subscriptions_of,
    work,
)
from tests.calendar_integration.synced import sync
from tests.sandbox.running import Sandbox

pytestmark = pytest.mark.django_db


def make_due(connection: Connection, **values: object) -> None:
    """Its subscriptions have to be looked at now."""
    Subscription.objects.filter(connection=connection).update(next_attempt_at=timezone.now(), **values)


def disconnect(connection: Connection) -> None:
    """Their owner disconnects."""
    client = Client()
    client.force_login(connection.user)
    client.post("/profile/office365/disconnect/")


def wait_of(subscription: Subscription) -> timedelta:
    assert subscription.next_attempt_at
    return subscription.next_attempt_at - timezone.now()


@pytest.mark.django_db(transaction=True)
def test_after_the_first_sync_events_and_contacts_are_subscribed_to(notifying: Sandbox, settings: Settings) -> None:
    ana = make_connected(notifying)
    assert due.claim_due() == [], "nothing is read yet"
    sync(ana)
    assert subscribe() == [ana.pk]
    theirs, ours = at_microsoft(notifying, ana), subscriptions_of(ana)
    assert set(theirs) == set(ours) == {"events", "contacts"}
    for kind, row in theirs.items():
        assert row["id"] == ours[kind].remote_id
        assert row["notificationUrl"] == f"{settings.NOTIFICATION_URL}/hooks/graph/"
        assert row["lifecycleNotificationUrl"] == f"{settings.NOTIFICATION_URL}/hooks/graph/lifecycle/"
        assert row["changeType"] == "created,deleted,updated"
        expires_at = ours[kind].expires_at
        assert expires_at
        lifetime = expires_at - timezone.now()
        assert timedelta(minutes=9990) < lifetime <= timedelta(minutes=10_000)
        assert abs(wait_of(ours[kind]) - lifetime / 2) < timedelta(seconds=5), "renewed at half its life"
    assert subscribe() == []


def test_what_changed_before_it_was_there_is_read_at_once(subscribing: Sandbox) -> None:
    ana = make_read(subscribing)
    Connection.objects.update(last_good_sync_at=timezone.now() - timedelta(minutes=1))
    assert not is_due(ana)
    subscribe()
    assert is_due(ana)
    assert (work(), is_due(ana)) == (1, False)


def test_a_client_state_is_secret_and_another_one_each_time(
    subscribing: Sandbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    given, make = [], client_state.new

    def new() -> str:
        given.append(make())
        return given[-1]

    monkeypatch.setattr(client_state, "new", new)
    ana = make_subscribed(subscribing)
    assert len(set(given)) == 2
    assert all(len(secret) >= 40 for secret in given)
    kept = {row.state_digest for row in subscriptions_of(ana).values()}
    assert kept == {client_state.digest(secret) for secret in given}
    assert not any(secret in caplog.text for secret in given)


def test_contacts_that_were_not_authorized_are_not_subscribed_to(subscribing: Sandbox) -> None:
    ana = make_connected(subscribing)
    Connection.objects.update(contact_access="none")
    sync(ana)
    subscribe()
    assert set(at_microsoft(subscribing, ana)) == {"events"}


def test_without_an_address_of_ours_nothing_is_subscribed_to(microsoft: Sandbox) -> None:
    ana = make_read(microsoft)
    assert (subscriptions_of(ana), Listening.objects.count()) == ({}, 0)
    tasks.renew_subscriptions()
    assert at_microsoft(microsoft, ana) == {}


def test_at_half_its_life_it_is_renewed(subscribing: Sandbox) -> None:
    ana = make_subscribed(subscribing)
    before = subscriptions_of(ana)["events"]
    make_due(ana, expires_at=timezone.now() + timedelta(days=3))
    subscribe()
    after = subscriptions_of(ana)["events"]
    assert (after.remote_id, after.state_digest) == (before.remote_id, before.state_digest)
    assert after.expires_at
    assert after.expires_at > timezone.now() + timedelta(days=6)
    assert not is_due(ana), "nothing was missed"


def test_one_that_is_gone_when_it_is_renewed_is_made_anew_and_the_mailbox_is_read(subscribing: Sandbox) -> None:
    ana = make_subscribed(subscribing)
    before = subscriptions_of(ana)["events"]
    make_due(ana)
    subscribing.fault("subscription.not_found", count=1)
    subscribe()
    after, theirs = subscriptions_of(ana), at_microsoft(subscribing, ana)
    assert after["events"].remote_id != before.remote_id
    assert after["events"].state_digest != before.state_digest
    assert {row["id"] for row in theirs.values()} == {row.remote_id for row in after.values()}
    assert is_due(ana)


def test_one_that_has_expired_is_made_anew(subscribing: Sandbox) -> None:
    ana = make_subscribed(subscribing)
    before = subscriptions_of(ana)["contacts"]
    make_due(ana, expires_at=timezone.now() - timedelta(minutes=1))
    subscribe()
    assert subscriptions_of(ana)["contacts"].remote_id != before.remote_id


def test_where_the_portal_has_moved_it_is_made_anew_at_the_next_poll(subscribing: Sandbox, settings: Settings) -> None:
    ana = make_subscribed(subscribing)
    settings.NOTIFICATION_URL = "https://elsewhere.example"
    assert due.claim_due() == []
    sync(ana)
    subscribe()
    addresses = {row["notificationUrl"] for row in at_microsoft(subscribing, ana).values()}
    assert addresses == {f"{settings.NOTIFICATION_URL}/hooks/graph/"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fault", ["notification.validation_missing", "notification.validation_refused"])
def test_a_handshake_that_fails_is_tried_again_later_and_later(notifying: Sandbox, fault: str) -> None:
    ana = make_read(notifying)
    notifying.fault(fault)
    waits = []
    for _ in range(3):
        make_due(ana)
        subscribe()
        waits.append(wait_of(subscriptions_of(ana)["events"]))
    assert timedelta(seconds=40) < waits[0] < waits[1] < waits[2] < timedelta(minutes=5)
    assert subscriptions_of(ana)["events"].last_error == "Graph answered 400 ValidationError"
    assert sync(ana).error is None, "polling goes on"
    notifying.control("DELETE", "/faults")
    make_due(ana)
    subscribe()
    assert len(at_microsoft(notifying, ana)) == 2
    row = subscriptions_of(ana)["events"]
    assert (row.failures, row.last_error) == (0, "")


def test_a_mailbox_that_cannot_be_subscribed_to_is_asked_about_once_a_day_and_polled_as_ever(
    subscribing: Sandbox, settings: Settings
) -> None:
    ana = make_read(subscribing)
    subscribing.fault("subscription.limit_reached")
    subscribe()
    for row in subscriptions_of(ana).values():
        assert timedelta(hours=17) < wait_of(row) <= timedelta(days=1)
        assert row.failures == 1
    for _ in range(3):
        sync(ana)
    ana.listening.refresh_from_db()
    assert ana.listening.interval == timedelta(seconds=settings.SYNC_INTERVAL_SECONDS)


def test_a_wait_that_graph_asks_for_is_kept_to(subscribing: Sandbox) -> None:
    ana = make_read(subscribing)
    subscribing.fault("graph.throttled", retry_after=1800)
    subscribe()
    assert wait_of(subscriptions_of(ana)["events"]) > timedelta(minutes=29)


def test_a_mailbox_that_fails_or_is_being_read_is_left_alone(subscribing: Sandbox) -> None:
    ana = make_read(subscribing)
    with lease(ana.pk):
        subscribe()
    Connection.objects.update(failures=1)
    make_due(ana)
    subscribe()
    assert at_microsoft(subscribing, ana) == {}
    assert subscriptions_of(ana)["events"].failures == 0
    assert wait_of(subscriptions_of(ana)["events"]) > timedelta(minutes=14)


def test_a_mailbox_without_a_token_has_all_of_them_wait(subscribing: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = make_read(subscribing)

    def refuse(_connection: Connection) -> str:
        raise InvalidGrantError("revoked")

    monkeypatch.setattr(tokens, "access_token", refuse)
    subscribe()
    assert [row.failures for row in subscriptions_of(ana).values()] == [1, 1]


def test_whoever_disconnects_is_no_longer_told_of(
    subscribing: Sandbox, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    ana = make_subscribed(subscribing)
    with django_capture_on_commit_callbacks(execute=True):
        disconnect(ana)
    assert at_microsoft(subscribing, ana) == {}
    tasks.forget_mailboxes([ana.pk])
    assert (Subscription.objects.count(), Listening.objects.count()) == (0, 0)


def test_whom_the_company_disconnects_is_no_longer_told_of(subscribing: Sandbox) -> None:
    ana = make_subscribed(subscribing)
    set_integration(ana.account, on=False)
    lock(ana.account)
    ana.refresh_from_db()
    assert ana.state == ConnectionState.DISCONNECTED_BY_POLICY
    tasks.forget_mailboxes([ana.pk])
    assert at_microsoft(subscribing, ana) == {}
    assert Subscription.objects.count() == 0


def test_with_a_dead_token_they_are_left_to_expire(
    subscribing: Sandbox, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    ana = make_subscribed(subscribing)
    let_expire(ana)
    with django_capture_on_commit_callbacks(execute=True):
        disconnect(ana)
    ana.refresh_from_db()
    assert ana.state == ConnectionState.DISCONNECTED_BY_USER
    assert len(at_microsoft(subscribing, ana)) == 2


def test_a_microsoft_that_is_away_stops_nobody_from_disconnecting(
    subscribing: Sandbox, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    ana = make_subscribed(subscribing)
    subscribing.fault("graph.unavailable")
    with django_capture_on_commit_callbacks(execute=True):
        disconnect(ana)
    ana.refresh_from_db()
    assert (ana.state, ana.token_cache) == (ConnectionState.DISCONNECTED_BY_USER, "")


def test_our_own_mistake_with_one_mailbox_holds_up_no_other(
    subscribing: Sandbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ana = make_read(subscribing)
    keep = keeping.keep
    monkeypatch.setattr(keeping, "keep", lambda pk: keep(pk) if pk else 1 / 0)
    tasks.keep_subscriptions([0, ana.pk])
    assert "subscriptions of connection 0" in caplog.text
    assert len(at_microsoft(subscribing, ana)) == 2
