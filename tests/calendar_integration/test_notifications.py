"""A change in the mailbox, told by Graph over HTTP, and what becomes of it, whatever happens on the way."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from calendar_integration import tasks
from calendar_integration.clients.graph import GraphClient
from calendar_integration.models import Connection, ConnectionState, Meeting
from calendar_integration.sync import freshness, hurrying, listening, schedule
from calendar_integration.sync.engine import sync_connection
from tests.calendar_integration.mirror import assert_is_mirror
from tests.calendar_integration.subscribed import (
    add_event,
    at_microsoft,
    delivered,
    interval_of,
    is_due,
    let_time_pass,
    make_subscribed,
    subscribe,
    subscriptions_of,
    work,
)
from tests.calendar_integration.synced import sync
from tests.sandbox.running import Sandbox

pytestmark = pytest.mark.django_db(transaction=True)

BASE = timedelta(minutes=5)
PUT_OFF = timedelta(hours=1)


def let_happen(microsoft: Sandbox, connection: Connection, kind: str, event: str) -> None:
    """A lifecycle event of one of its subscriptions, and its notification."""
    remote_id = at_microsoft(microsoft, connection)[kind]["id"]
    path = f"/people/{connection.mailbox}/subscriptions/{remote_id}/lifecycle"
    microsoft.control("POST", path, {"event": event}, 204)
    delivered(microsoft)


def stretch(connection: Connection) -> None:
    """Notifications have been shown to work for long."""
    connection.subscriptions.update(level=9, notified_at=timezone.now() - timedelta(hours=3))
    sync(connection)
    let_time_pass(connection)
    assert interval_of(connection) == timedelta(hours=1)


def test_a_change_is_told_and_read_within_one_sync(notifying: Sandbox) -> None:
    ana = make_subscribed(notifying)
    assert not is_due(ana)
    add_event(notifying, ana, "Told by Graph")
    (made,) = delivered(notifying)
    assert (made["status"], made["attempt"]) == (202, 1)
    assert (work(), work()) == (1, 0)
    assert Meeting.objects.filter(connection=ana, subject="Told by Graph").exists()
    assert interval_of(ana) == BASE * 4, "it was announced: what counts is one step more than before"


def test_a_contact_is_told_as_well(notifying: Sandbox) -> None:
    ana = make_subscribed(notifying)
    notifying.control("POST", f"/people/{ana.mailbox}/contacts", {"givenName": "Zoë"}, 201)
    delivered(notifying)
    notified = {kind: bool(row.notified_at) for kind, row in subscriptions_of(ana).items()}
    assert notified == {"events": False, "contacts": True}
    assert work() == 1


@pytest.mark.parametrize("fault", ["notification.wrong_client_state", "notification.unknown_subscription"])
def test_what_is_not_ours_is_taken_and_ignored(notifying: Sandbox, fault: str) -> None:
    ana = make_subscribed(notifying)
    notifying.fault(fault)
    add_event(notifying, ana)
    assert {made["status"] for made in delivered(notifying)} == {202}
    assert not is_due(ana)
    assert subscriptions_of(ana)["events"].notified_at is None


@pytest.mark.parametrize("fault", ["notification.duplicate", "notification.out_of_order", "notification.batched"])
def test_twice_late_together_or_in_another_order_is_all_the_same(notifying: Sandbox, fault: str) -> None:
    ana = make_subscribed(notifying)
    notifying.fault(fault, **({} if fault == "notification.duplicate" else {"seconds": 0.2}))
    for subject in ("One", "Two", "Three"):
        add_event(notifying, ana, subject)
    assert {made["status"] for made in delivered(notifying)} == {202}
    assert (work(), work()) == (1, 0)
    assert_is_mirror(notifying, ana)


def test_a_burst_of_a_thousand_leads_to_two_syncs_at_most(notifying: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = make_subscribed(notifying)
    for place, name in ((listening, "AGAIN_AFTER"), (listening, "AGAIN_AFTER_NOTHING"), (hurrying, "AGAIN_AFTER")):
        monkeypatch.setattr(place, name, PUT_OFF)  # for a machine that takes minutes over the burst
    notifying.control("POST", f"/people/{ana.mailbox}/notifications", {"count": 1000}, 202)
    syncs = 0
    while notifying.control("GET", "/notifications")["pending"]:
        syncs += work()
    made = delivered(notifying)
    assert {one["status"] for one in made} <= {202, None}, "None: not within three seconds, and sent again"
    for _ in range(2):
        let_put_off_be_due(ana)
        syncs += work()
    assert syncs in (1, 2)


def let_put_off_be_due(connection: Connection) -> None:
    """What a swarm has put off is due, and what waits for its poll is not."""
    connection.listening.refresh_from_db()
    if connection.listening.unread_since:
        Connection.objects.filter(pk=connection.pk).update(next_attempt_at=timezone.now())


def test_what_is_told_during_a_sync_is_read_after_it(notifying: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = make_subscribed(notifying)
    read = GraphClient.contacts_page

    def and_meanwhile(self: GraphClient, link: str) -> object:
        add_event(notifying, ana, "Meanwhile")
        delivered(notifying)
        return read(self, link)

    with monkeypatch.context() as patched:
        patched.setattr(GraphClient, "contacts_page", and_meanwhile)
        sync(ana)
    ana.refresh_from_db()
    assert ana.next_attempt_at
    assert timedelta(0) < ana.next_attempt_at - timezone.now() < timedelta(seconds=12)
    let_put_off_be_due(ana)
    assert work() == 1
    assert_is_mirror(notifying, ana)


def test_a_mailbox_that_backs_off_is_told_of_and_not_hurried(notifying: Sandbox) -> None:
    ana = make_subscribed(notifying)
    notifying.fault("graph.throttled", count=1, retry_after=600)
    sync_connection(ana.pk)
    ana.refresh_from_db()
    before = ana.next_attempt_at
    add_event(notifying, ana)
    delivered(notifying)
    ana.refresh_from_db()
    assert ana.next_attempt_at == before
    sync(ana)
    ana.listening.refresh_from_db()
    assert ana.listening.unread_since is None


def test_a_subscription_that_was_removed_is_made_anew_and_the_mailbox_read(notifying: Sandbox) -> None:
    ana = make_subscribed(notifying)
    before = subscriptions_of(ana)["events"].remote_id
    let_happen(notifying, ana, "events", "subscriptionRemoved")
    add_event(notifying, ana, "While nobody was told")
    assert subscribe() == [ana.pk]
    assert work() == 1
    assert_is_mirror(notifying, ana)
    after = at_microsoft(notifying, ana)["events"]["id"]
    assert after == subscriptions_of(ana)["events"].remote_id != before


def test_one_that_has_to_be_reauthorized_is_renewed_and_goes_on(notifying: Sandbox) -> None:
    ana = make_subscribed(notifying)
    let_happen(notifying, ana, "events", "reauthorizationRequired")
    assert at_microsoft(notifying, ana)["events"]["paused"]
    assert subscribe() == [ana.pk]
    theirs = at_microsoft(notifying, ana)["events"]
    assert (theirs["paused"], theirs["id"]) == (False, subscriptions_of(ana)["events"].remote_id)
    assert work() == 1, "what changed while it was paused"


def test_where_some_were_missed_the_mailbox_is_read_and_the_interval_is_the_base(notifying: Sandbox) -> None:
    ana = make_subscribed(notifying)
    stretch(ana)
    let_happen(notifying, ana, "events", "missed")
    assert work() == 1
    assert interval_of(ana) == BASE


def test_notifications_that_are_lost_are_found_out_by_the_next_poll(notifying: Sandbox) -> None:
    ana = make_subscribed(notifying)
    stretch(ana)
    notifying.fault("notification.lost")
    add_event(notifying, ana, "Nobody said so")
    assert delivered(notifying) == []
    assert not is_due(ana)
    sync(ana)
    assert_is_mirror(notifying, ana)
    assert interval_of(ana) == BASE, "at once"
    let_time_pass(ana, timedelta(minutes=6))
    sync(ana)
    assert subscriptions_of(ana)["events"].level == 0, "and nothing is left of what they had earned"
    assert interval_of(ana) == BASE, "until one comes"


def test_a_subscription_that_ended_without_a_word_is_found_out_alike(notifying: Sandbox) -> None:
    ana = make_subscribed(notifying)
    stretch(ana)
    remote_id = at_microsoft(notifying, ana)["events"]["id"]
    notifying.control("POST", f"/people/{ana.mailbox}/subscriptions/{remote_id}/expire", {}, 204)
    add_event(notifying, ana)
    delivered(notifying)
    sync(ana)
    assert interval_of(ana) == BASE


def test_after_disconnecting_whatever_is_still_told_is_ignored(notifying: Sandbox) -> None:
    ana = make_subscribed(notifying)
    mailbox = ana.mailbox
    notifying.fault("notification.after_deletion")
    left = {"state": ConnectionState.DISCONNECTED_BY_USER, "to_forget": True, "next_attempt_at": None}
    Connection.objects.update(connected_at=None, lease_id=uuid.uuid4(), **left)
    tasks.forget_left_over()
    ana.refresh_from_db()
    ana.mailbox = mailbox
    add_event(notifying, ana)
    assert {made["status"] for made in delivered(notifying)} == {202}
    assert not is_due(ana)


def test_a_stretched_interval_is_a_promise_and_missing_it_is_an_alarm(notifying: Sandbox, settings: Settings) -> None:
    ana = make_subscribed(notifying)
    stretch(ana)
    now = timezone.now()
    Connection.objects.update(last_good_sync_at=now - timedelta(minutes=69))
    assert schedule.mark_stale() == 0, "an hour, and two intervals"
    Connection.objects.update(last_good_sync_at=now - timedelta(minutes=71))
    ana = Connection.objects.select_related("listening").get()
    assert freshness.is_late(ana, now)
    assert schedule.mark_stale() == 1


def test_what_was_announced_and_is_not_read_is_out_of_date_however_far_polls_are_apart(notifying: Sandbox) -> None:
    ana = make_subscribed(notifying)
    stretch(ana)
    notifying.fault("graph.unavailable")
    add_event(notifying, ana)
    delivered(notifying)
    work()
    assert schedule.mark_stale() == 0
    ana.listening.refresh_from_db()
    assert ana.listening.unread_since
    ana.listening.unread_since -= timedelta(minutes=16)
    ana.listening.save()
    ana = Connection.objects.select_related("listening").get()
    assert freshness.is_late(ana, timezone.now())
    long_ago, now = ana.connected_at, timezone.now()
    Connection.objects.update(connected_at=now)
    assert schedule.mark_stale() == 0, "what was announced before it was connected anew does not count"
    Connection.objects.update(connected_at=long_ago)
    assert schedule.mark_stale() == 1
