"""Our end of Graph's notifications: the handshake, whatever a stranger may post, and what an answer costs."""

import hashlib
import json
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.db import transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries, Settings

from calendar_integration import tasks
from calendar_integration.models import Connection, ConnectionState, Listening, Subscription
from calendar_integration.sync.hurrying import hurry_forgotten
from calendar_integration.views.notifications import LONGEST_TOKEN
from tests.calendar_integration.watching import running_queue
from tests.makers import make_account, make_connection, make_user
from tests.pages import Page

pytestmark = pytest.mark.django_db

CHANGES, LIFECYCLE = "/hooks/graph/", "/hooks/graph/lifecycle/"
SECRET = "a client state"
HOUR = timedelta(hours=1)


def make_heard(name: str = "ana", **fields: Any) -> Connection:
    """Somebody whose mailbox was read an hour ago, is due in an hour, and notifies us of changes of its events."""
    account = make_account(f"company-{uuid.uuid4().hex[:8]}")
    now = timezone.now()
    values = {"last_good_sync_at": now - HOUR, "next_attempt_at": now + HOUR, **fields}
    connection = make_connection(make_user(account, name), **values)
    Listening.objects.create(connection=connection, read_at=now - HOUR)
    Subscription.objects.create(
        connection=connection,
        kind="events",
        remote_id=str(uuid.uuid4()),
        state_digest=hashlib.sha256(SECRET.encode()).hexdigest(),
        subscribed_at=now - HOUR,
        expires_at=now + 100 * HOUR,
        next_attempt_at=now + 50 * HOUR,
    )
    return connection


def told(connection: Connection, **changes: Any) -> dict[str, Any]:
    """A notification of this mailbox, as Graph sends it."""
    subscription = connection.subscriptions.get()
    item = {
        "subscriptionId": subscription.remote_id,
        "clientState": SECRET,
        "tenantId": str(connection.tenant_id),
        "changeType": "updated",
        "resource": f"Users/{connection.oid}/Events/AAA",
    }
    return item | changes


def post(*items: dict[str, Any], to: str = CHANGES, status: int = 202) -> Page:
    """What Graph does."""
    response = Client().post(to, json.dumps({"value": items}), content_type="application/json")
    assert response.status_code == status, response.content
    return response


def is_due(connection: Connection) -> bool:
    connection.refresh_from_db()
    assert connection.next_attempt_at
    return connection.next_attempt_at <= timezone.now()


@pytest.mark.parametrize("address", [CHANGES, LIFECYCLE])
def test_the_handshake_is_answered_with_the_token_and_without_the_database(
    address: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    token = "Validation: <b>Testing</b> reachability & more, Request-Id: 5+5"
    with django_assert_num_queries(0):
        response = Client().post(f"{address}?validationToken=", content_type="text/plain")
        assert response.status_code == 400
        response = Client(enforce_csrf_checks=True).post(
            address, query_params={"validationToken": token}, content_type="text/plain"
        )
    assert (response.status_code, response.content.decode()) == (200, token)
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_a_token_that_is_none_is_not_echoed() -> None:
    response = Client().post(CHANGES, query_params={"validationToken": "x" * (LONGEST_TOKEN + 1)})
    assert response.status_code == 400
    assert b"xxx" not in response.content


def test_what_is_no_notification_is_refused_before_it_is_read() -> None:
    assert Client().post(CHANGES, b"{" * 9, content_type="application/json").status_code == 400
    assert Client().post(CHANGES, b" " * (1 << 21), content_type="application/json").status_code == 413
    assert Client().get(CHANGES).status_code == 405


def test_a_mailbox_that_is_told_of_is_due_at_once() -> None:
    ana, bo = make_heard(), make_heard("bo")
    post(told(ana))
    assert (is_due(ana), is_due(bo)) == (True, False)
    assert ana.subscriptions.get().notified_at


@pytest.mark.parametrize(
    "changes",
    [
        {"clientState": "another"},
        {"tenantId": str(uuid.uuid4())},
        {"subscriptionId": str(uuid.uuid4())},
        {"clientState": None},
        {"clientState": "", "subscriptionId": ""},
    ],
)
def test_a_forged_one_is_taken_and_ignored(changes: dict[str, Any]) -> None:
    ana = make_heard()
    post(told(ana, **changes))
    post(told(ana, lifecycleEvent="subscriptionRemoved", **changes), to=LIFECYCLE)
    assert not is_due(ana)
    subscription = ana.subscriptions.get()
    assert (subscription.notified_at, bool(subscription.remote_id)) == (None, True)


def test_a_subscription_that_microsoft_does_not_know_is_found_by_nobody() -> None:
    ana = make_heard()
    ana.subscriptions.update(remote_id="", state_digest="")
    post(told(ana, subscriptionId=""), told(ana, subscriptionId="-"))
    assert not is_due(ana)


def test_between_forged_ones_the_real_one_counts() -> None:
    ana = make_heard()
    post(told(ana, clientState="another"), {"x": 1}, told(ana), told(ana, tenantId="?"))
    assert is_due(ana)


def test_an_answer_costs_the_same_for_one_and_for_a_thousand() -> None:
    many = [make_heard(f"p{number}") for number in range(40)]
    costs = []
    for items in ([told(many[0])], [told(one, resource=f"Users/u/Events/{n}") for one in many for n in range(25)]):
        with CaptureQueriesContext(
            database,
        ) as asked:
            post(*items)
        costs.append(len(asked))
    assert costs == [2, 2]
    assert all(is_due(one) for one in many)


def test_lifecycle_events_cost_the_same_too() -> None:
    events = ("missed", "subscriptionRemoved", "reauthorizationRequired")
    costs = []
    for count in (1, 8):
        items = [told(make_heard(), lifecycleEvent=event) for event in events for _ in range(count)]
        with CaptureQueriesContext(database) as asked:
            post(*items, to=LIFECYCLE)
        costs.append(len(asked))
    assert costs[0] == costs[1] <= 8


@pytest.mark.parametrize(
    "fields",
    [
        {"failures": 1},
        {"state": ConnectionState.NEEDS_REAUTHORIZATION},
        {"state": ConnectionState.DISCONNECTED_BY_USER, "next_attempt_at": None},
    ],
)
def test_a_mailbox_that_has_to_wait_is_not_hurried(fields: dict[str, Any]) -> None:
    ana = make_heard(**fields)
    before = ana.next_attempt_at
    post(told(ana))
    ana.refresh_from_db()
    assert ana.next_attempt_at == before


def test_a_mailbox_that_was_read_a_moment_ago_waits_a_few_seconds() -> None:
    now = timezone.now()
    ana = make_heard(last_good_sync_at=now - timedelta(seconds=2))
    post(told(ana))
    ana.refresh_from_db()
    assert ana.next_attempt_at == now + timedelta(seconds=8)


def test_one_that_is_due_already_is_not_put_off() -> None:
    due = timezone.now() - timedelta(minutes=1)
    ana = make_heard(next_attempt_at=due)
    post(told(ana))
    ana.refresh_from_db()
    assert ana.next_attempt_at == due


def test_a_swarm_makes_the_mailbox_due_once() -> None:
    ana = make_heard()
    post(told(ana))
    queued_until = timezone.now() + timedelta(minutes=2)
    Connection.objects.update(next_attempt_at=queued_until)
    for _ in range(20):
        post(told(ana))
    ana.refresh_from_db()
    assert ana.next_attempt_at == queued_until


def test_lifecycle_events_say_what_is_to_be_done() -> None:
    missed, removed, paused = make_heard("ana"), make_heard("bo"), make_heard("cy")
    post(
        told(missed, lifecycleEvent="missed"),
        told(removed, lifecycleEvent="subscriptionRemoved"),
        told(paused, lifecycleEvent="reauthorizationRequired"),
        to=LIFECYCLE,
    )
    assert all(is_due(one) for one in (missed, removed, paused))
    doubted, gone, to_renew = (one.subscriptions.get() for one in (missed, removed, paused))
    assert doubted.doubted_at
    assert (gone.remote_id, gone.expires_at) == ("", None)
    assert to_renew.remote_id
    due = [one.next_attempt_at <= timezone.now() for one in (doubted, gone, to_renew) if one.next_attempt_at]
    assert due == [False, True, True]
    assert not any(one.notified_at for one in (doubted, gone, to_renew)), "it proves nothing of notifications"


def test_a_queue_out_of_reach_changes_nothing_of_the_answer(settings: Settings) -> None:
    settings.REDIS_URL = "unix:///nowhere/redis.sock"
    ana = make_heard()
    post(told(ana))
    assert is_due(ana)


@pytest.mark.django_db(transaction=True)
def test_the_queue_is_nudged_once_for_a_swarm() -> None:
    mailboxes = [make_heard(f"p{number}") for number in range(5)]
    with running_queue() as queue:
        for ana in mailboxes:
            post(told(ana), told(ana))
        post(told(mailboxes[0], lifecycleEvent="reauthorizationRequired"), to=LIFECYCLE)
        waiting: Any = queue.lrange("celery", 0, -1)
        names = [json.loads(raw)["headers"]["task"] for raw in waiting]
        assert sorted(names) == ["calendar_integration.dispatch_due", "calendar_integration.renew_subscriptions"]
        queue.delete("celery")
        tasks.dispatch_due()
        Listening.objects.update(unread_since=None)
        post(told(mailboxes[0]))
        assert queue.llen("celery") == 0, "it is queued already"
        Listening.objects.update(unread_since=None)
        Connection.objects.update(claimed_until=None)
        post(told(mailboxes[0]))
        assert queue.llen("celery") == 1, "the nudge before was heard"


@pytest.mark.django_db(transaction=True)
def test_a_storm_of_notifications_runs_the_dispatcher_once_a_second_and_after_the_last() -> None:
    mailboxes = [make_heard(f"p{number}") for number in range(3)]
    with running_queue() as queue:
        post(told(mailboxes[0]))
        (first,) = etas(queue)
        assert first is None, "nobody waits for the first one"
        runs = []
        for _ in range(20):  # as fast as we can: the worker takes it, and the next notification comes
            queue.delete("celery")
            tasks.dispatch_due()
            began = timezone.now()
            Connection.objects.update(claimed_until=None, next_attempt_at=began + timedelta(hours=1))
            Listening.objects.update(unread_since=None)
            post(*(told(ana) for ana in mailboxes))
            (eta,) = etas(queue)
            assert eta is not None, "none is lost"
            runs.append(eta - began)
        assert all(timedelta(milliseconds=500) < rest < timedelta(milliseconds=1500) for rest in runs)


def etas(queue: Any) -> list[datetime | None]:
    """When each dispatch that waits in the queue may begin; None for at once."""
    headers = [json.loads(raw)["headers"] for raw in queue.lrange("celery", 0, -1)]
    return [datetime.fromisoformat(each["eta"]) if each["eta"] else None for each in headers]


@pytest.mark.django_db(transaction=True)
def test_a_round_that_is_being_written_holds_no_answer_up_and_nothing_is_lost() -> None:
    ana = make_heard()
    answered = threading.Event()

    def tell() -> None:
        try:
            post(told(ana))
            answered.set()
        finally:
            database.close()

    with ThreadPoolExecutor(1) as graph:
        with transaction.atomic():
            Connection.objects.select_for_update().get(pk=ana.pk)
            done = graph.submit(tell)
            assert answered.wait(10), "while the row is locked"
        done.result()
    assert not is_due(ana)
    ana.listening.refresh_from_db()
    assert ana.listening.unread_since
    assert hurry_forgotten() == 0, "whoever holds it finds out"
    Listening.objects.update(unread_since=timezone.now() - timedelta(minutes=3))
    assert hurry_forgotten() == 1
    assert is_due(ana)
