"""Notifications that misbehave, one fault at a time."""

import time

import pytest

from tests.sandbox.graph_side import Graph, usual_window
from tests.sandbox.hook_side import Answer, Hook
from tests.sandbox.running import Sandbox
from tests.sandbox.subscribing import SECRET_STATE, in_minutes, subscribe, wanted

ANA = "ana@contoso.example"


def add_events(sandbox: Sandbox, *subjects: str) -> list[str]:
    """New events; their ids."""
    start = {"dateTime": usual_window()["endDateTime"][:4] + "-01-12T09:00:00", "timeZone": "UTC"}
    path = f"/people/{ANA}/events"
    return [sandbox.control("POST", path, {"subject": name, "start": start}, 201)["id"] for name in subjects]


def told(hook: Hook, count: int) -> list[str]:
    """The ids in so many notifications, in the order they came."""
    return [row["resourceData"]["id"] for row in hook.wait_for_rows(count)]


@pytest.mark.parametrize(("kind", "asked"), [("validation_missing", 0), ("validation_refused", 1)])
def test_a_handshake_can_fail_whatever_is_answered(ana: Graph, hook: Hook, kind: str, asked: int) -> None:
    ana.sandbox.fault(f"notification.{kind}", upn=ANA, count=1)
    refused = ana.call("POST", "/subscriptions", json=wanted(hook))
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "ValidationError")
    assert len(hook.validations) == asked
    subscribe(ana, hook)


def test_a_wrong_answer_to_the_handshake_can_be_ignored(ana: Graph, hook: Hook) -> None:
    hook.handshake = lambda _token: Answer(200, "text/plain", "wrong")
    ana.sandbox.fault("notification.validation_skipped", upn=ANA)
    subscribe(ana, hook)
    assert len(hook.validations) == 2


def test_notifications_can_be_lost(ana: Graph, hook: Hook) -> None:
    subscribe(ana, hook)
    ana.sandbox.fault("notification.lost", upn=ANA, count=2)
    *_, last = add_events(ana.sandbox, "lost", "lost too", "told")
    assert told(hook, 1) == [last]


def test_notifications_can_come_twice(ana: Graph, hook: Hook) -> None:
    subscribe(ana, hook)
    ana.sandbox.fault("notification.duplicate", upn=ANA)
    (event,) = add_events(ana.sandbox, "one")
    first, second = hook.wait_for_rows(2)
    assert first == second
    assert first["resourceData"]["id"] == event
    assert len(hook.posts) == 2


def test_notifications_can_overtake_each_other(ana: Graph, hook: Hook) -> None:
    subscribe(ana, hook)
    ana.sandbox.fault("notification.out_of_order", upn=ANA, seconds=10, count=2)
    one, two = add_events(ana.sandbox, "one", "two")
    assert told(hook, 2) == [two, one]
    assert len(hook.posts) == 2
    ana.sandbox.fault("notification.out_of_order", upn=ANA, seconds=0.1)
    (alone,) = add_events(ana.sandbox, "three")
    assert told(hook, 3)[-1] == alone


def test_notifications_can_be_held_back_and_come_together(ana: Graph, hook: Hook) -> None:
    ids = {subscribe(ana, hook)["id"] for _ in range(2)}
    ana.sandbox.fault("notification.batched", upn=ANA, seconds=2)
    began = time.monotonic()
    add_events(ana.sandbox, "one", "two")
    rows = hook.wait_for_rows(4)
    assert time.monotonic() - began >= 2
    assert len(hook.posts) == 1
    assert {row["subscriptionId"] for row in rows} == ids


def test_notifications_can_be_forged(ana: Graph, hook: Hook) -> None:
    made = subscribe(ana, hook)
    ana.sandbox.fault("notification.wrong_client_state", upn=ANA, count=1)
    add_events(ana.sandbox, "one")
    (forged,) = hook.wait_for_rows(1)
    assert forged["clientState"] != SECRET_STATE
    ana.sandbox.fault("notification.unknown_subscription", upn=ANA, count=1)
    add_events(ana.sandbox, "two")
    assert hook.wait_for_rows(2)[1]["subscriptionId"] != made["id"] == forged["subscriptionId"]


def test_a_deleted_subscription_can_go_on(ana: Graph, hook: Hook) -> None:
    made = subscribe(ana, hook)
    ana.call("DELETE", f"/subscriptions/{made['id']}")
    ana.sandbox.fault("notification.after_deletion", upn=ANA, count=1)
    event, _untold = add_events(ana.sandbox, "one", "two")
    assert told(hook, 1) == [event]
    assert hook.rows[0]["subscriptionId"] == made["id"]


@pytest.mark.parametrize(("method", "tail"), [("PATCH", ""), ("POST", "/reauthorize")])
def test_what_is_to_be_renewed_can_be_gone(ana: Graph, hook: Hook, method: str, tail: str) -> None:
    made = subscribe(ana, hook)
    ana.sandbox.fault("subscription.not_found", upn=ANA, count=1)
    for _ in range(2):
        answer = ana.call(method, f"/subscriptions/{made['id']}{tail}", json={"expirationDateTime": in_minutes(100)})
        assert answer.status_code == 404
    assert ana.get("/subscriptions").json()["value"] == []


def test_a_mailbox_can_be_full_of_subscriptions(ana: Graph, hook: Hook) -> None:
    ana.sandbox.fault("subscription.limit_reached", upn=ANA, count=1)
    assert ana.call("POST", "/subscriptions", json=wanted(hook)).status_code == 403
    subscribe(ana, hook)


def test_a_fault_can_be_limited_in_time(ana: Graph) -> None:
    ana.sandbox.fault("graph.throttled", lasts=60)
    (fault,) = ana.sandbox.control("GET", "/faults")["value"]
    assert 50 < fault["ends_at"] - time.time() <= 60
    assert ana.get("/me").status_code == 429
    ana.sandbox.control("DELETE", "/faults")
    ana.sandbox.fault("graph.throttled", lasts=0)
    assert ana.get("/me").status_code == 200
    assert ana.sandbox.control("GET", "/faults")["value"] == []
