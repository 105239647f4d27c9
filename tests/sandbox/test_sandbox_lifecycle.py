"""What befalls subscriptions on command: lifecycle events, an early end, a burst."""

import pytest

from tests.sandbox.browser import Browser
from tests.sandbox.contract import assert_valid, needs_contract
from tests.sandbox.graph_side import Graph, Json, usual_window
from tests.sandbox.hook_side import Hook
from tests.sandbox.running import CONTOSO, Sandbox
from tests.sandbox.subscribing import SECRET_STATE, in_minutes, subscribe

ANA = "ana@contoso.example"
SUBSCRIPTIONS = f"/people/{ANA}/subscriptions"


def add_event(sandbox: Sandbox) -> None:
    start = usual_window()["endDateTime"][:4] + "-01-12T09:00:00"
    event = {"subject": "New", "start": {"dateTime": start, "timeZone": "UTC"}}
    sandbox.control("POST", f"/people/{ANA}/events", event, 201)


def let_happen(sandbox: Sandbox, subscription: Json, event: str) -> None:
    sandbox.control("POST", f"{SUBSCRIPTIONS}/{subscription['id']}/lifecycle", {"event": event}, 204)


@needs_contract
@pytest.mark.parametrize("event", ["missed", "subscriptionRemoved", "reauthorizationRequired"])
def test_a_lifecycle_event_goes_to_its_own_address(ana: Graph, hook: Hook, event: str) -> None:
    made = subscribe(ana, hook)
    let_happen(ana.sandbox, made, event)
    (row,) = hook.wait_for_rows(1)
    ((path, body),) = hook.posts
    assert path == "/lifecycle"
    assert_valid(body, "changeNotificationCollection")
    assert row == {
        "lifecycleEvent": event,
        "subscriptionId": made["id"],
        "subscriptionExpirationDateTime": made["expirationDateTime"],
        "clientState": SECRET_STATE,
        "tenantId": CONTOSO,
    }
    assert ana.get(f"/subscriptions/{made['id']}").status_code == (404 if event == "subscriptionRemoved" else 200)


def test_while_it_waits_to_be_reauthorized_nothing_is_told(ana: Graph, hook: Hook) -> None:
    made, other = subscribe(ana, hook), subscribe(ana, hook)
    for method, tail, body in (
        ("POST", "/reauthorize", None),
        ("PATCH", "", {"expirationDateTime": in_minutes(100)}),
    ):
        hook.posts.clear()
        let_happen(ana.sandbox, made, "reauthorizationRequired")
        hook.wait_for_rows(1)
        add_event(ana.sandbox)
        assert hook.wait_for_rows(2)[1]["subscriptionId"] == other["id"]
        assert ana.call(method, f"/subscriptions/{made['id']}{tail}", json=body).ok
        add_event(ana.sandbox)
        assert {row["subscriptionId"] for row in hook.wait_for_rows(4)[2:]} == {made["id"], other["id"]}


def test_it_can_expire_at_once(ana: Graph, hook: Hook) -> None:
    made, other = subscribe(ana, hook), subscribe(ana, hook)
    ana.sandbox.control("POST", f"{SUBSCRIPTIONS}/{made['id']}/expire", status=204)
    body = {"expirationDateTime": in_minutes(100)}
    assert ana.call("PATCH", f"/subscriptions/{made['id']}", json=body).status_code == 404
    add_event(ana.sandbox)
    (row,) = hook.wait_for_rows(1)
    assert row["subscriptionId"] == other["id"]
    assert [row["id"] for row in ana.sandbox.control("GET", SUBSCRIPTIONS)["value"]] == [other["id"]]


def test_a_burst_is_a_post_for_each(ana: Graph, hook: Hook) -> None:
    made = [subscribe(ana, hook)["id"], subscribe(ana, hook, resource="/me/contacts")["id"]]
    assert ana.sandbox.control("POST", f"/people/{ANA}/notifications", {"count": 1000}, 202) == {"sent": 1000}
    rows = hook.wait_for_rows(1000)
    assert len(hook.posts) == 1000
    assert {name: sum(row["subscriptionId"] == name for row in rows) for name in made} == dict.fromkeys(made, 500)
    assert ana.get(f"/me/events/{rows[0]['resourceData']['id']}").status_code in (200, 404)


def test_what_was_delivered_is_known_and_holds_no_secret(ana: Graph, hook: Hook) -> None:
    made = subscribe(ana, hook)
    add_event(ana.sandbox)
    hook.wait_for_rows(1)
    delivered = ana.sandbox.control("GET", "/notifications")
    while delivered["pending"]:
        delivered = ana.sandbox.control("GET", "/notifications")
    (post,) = delivered["value"]
    assert (post["url"], post["subscriptions"], post["status"]) == (hook.url, [made["id"]], 202)
    (listed,) = ana.sandbox.control("GET", SUBSCRIPTIONS)["value"]
    assert (listed["id"], listed["delivered"], listed["paused"]) == (made["id"], 1, False)
    assert SECRET_STATE not in str(delivered) + str(listed)


def test_mistakes_are_explained(ana: Graph, hook: Hook) -> None:
    made = subscribe(ana, hook)
    for path, body, status in (
        (f"{SUBSCRIPTIONS}/made-up/expire", None, 404),
        (f"{SUBSCRIPTIONS}/{made['id']}/lifecycle", {"event": "forgotten"}, 400),
        (f"/people/bo@contoso.example/subscriptions/{made['id']}/expire", None, 404),
        (f"/people/{ANA}/notifications", {"count": 0}, 400),
    ):
        assert ana.sandbox.control("POST", path, body, status)["error"]


def test_a_persons_page_lets_it_happen(ana: Graph, hook: Hook, visitor: Browser) -> None:
    subscribe(ana, hook)
    visitor.open(f"/control/people/{ANA}").press("Reauthorize /me/events")
    assert "waits to be reauthorized" in visitor.text
    assert hook.wait_for_rows(1)[0]["lifecycleEvent"] == "reauthorizationRequired"
    visitor.press("Missed /me/events")
    hook.wait_for_rows(2)
    visitor.press("Expire now /me/events")
    assert "Nobody has subscribed" in visitor.text
    subscribe(ana, hook)
    visitor.open(f"/control/people/{ANA}").press("Send a burst", count="3")
    hook.wait_for_rows(5)
