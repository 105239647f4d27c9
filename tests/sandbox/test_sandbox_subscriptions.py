"""Subscriptions at the sandbox's Graph: the handshake, renewal, and what is refused."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from tests.sandbox.browser import Browser
from tests.sandbox.contract import assert_valid, needs_contract
from tests.sandbox.graph_side import Graph
from tests.sandbox.hook_side import Answer, Hook
from tests.sandbox.portal_side import authorize
from tests.sandbox.running import CLIENT_ID, Sandbox
from tests.sandbox.subscribing import SECRET_STATE, in_minutes, subscribe, wanted

ANA = "ana@contoso.example"


@needs_contract
def test_it_is_made_once_both_endpoints_have_answered(ana: Graph, hook: Hook) -> None:
    made = subscribe(ana, hook)
    assert hook.validations == ["/changes", "/lifecycle"]
    assert_valid(made, "subscription")
    assert (made["clientState"], made["applicationId"]) == (SECRET_STATE, CLIENT_ID)
    assert ana.get(f"/subscriptions/{made['id']}").json() == made
    (listed,) = ana.get("/subscriptions").json()["value"]
    assert listed == {name: value for name, value in made.items() if name != "@odata.context"}


WRONG = {
    "must respond with 200 OK": Answer(202, "text/plain", ""),
    "must exactly match": Answer(200, "text/plain", "something else"),
    "must exactly match validationToken": Answer(200, "text/html", ""),
}


@pytest.mark.parametrize("wrong_one", [1, 2])
def test_a_wrong_answer_to_the_handshake_makes_none(ana: Graph, hook: Hook, wrong_one: int) -> None:
    right = hook.handshake
    for said, answer in WRONG.items():
        hook.validations.clear()

        def reply(token: str, wrong: Answer = answer) -> Answer:
            return wrong._replace(text=wrong.text or token) if len(hook.validations) == wrong_one else right(token)

        hook.handshake = reply
        refused = ana.call("POST", "/subscriptions", json=wanted(hook))
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, "ValidationError")
        assert said in refused.json()["error"]["message"]
    assert ana.get("/subscriptions").json()["value"] == []


def test_an_endpoint_that_is_not_there_makes_none(ana: Graph, hook: Hook) -> None:
    refused = ana.call("POST", "/subscriptions", json=wanted(hook, notificationUrl="http://127.0.0.1:9/"))
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "ValidationError")
    assert hook.validations == []


def test_events_and_contacts_can_be_subscribed_to(ana: Graph, hook: Hook) -> None:
    oid = ana.sandbox.people()[ANA]["oid"]
    for resource in (
        "me/events",
        "/me/calendar/events",
        f"/users/{ANA}/events",
        f"/users/{oid}/events",
        "/me/contacts",
        "/me/contactFolders/contacts/contacts",
    ):
        made = subscribe(ana, hook, resource=resource)
        assert (made["resource"], made["creatorId"]) == (resource, oid)


@pytest.mark.parametrize(("scope", "resource"), [("Contacts.Read", "/me/events"), ("Calendars.Read", "/me/contacts")])
def test_the_right_to_read_is_needed(sandbox: Sandbox, visitor: Browser, hook: Hook, scope: str, resource: str) -> None:
    graph = Graph(sandbox, authorize(sandbox, visitor, scopes=[scope])["access_token"])
    assert graph.call("POST", "/subscriptions", json=wanted(hook, resource=resource)).status_code == 403


REFUSED: list[tuple[dict[str, Any], int, str]] = [
    ({"notificationUrl": "http://portal.example/hook"}, 400, "InvalidRequest"),
    ({"notificationUrl": "ftp://127.0.0.1/hook"}, 400, "InvalidRequest"),
    ({"lifecycleNotificationUrl": "http://10.0.0.1/hook"}, 400, "InvalidRequest"),
    ({"changeType": "created,moved"}, 400, "InvalidRequest"),
    ({"changeType": None}, 400, "InvalidRequest"),
    ({"resource": "/me/messages"}, 400, "InvalidRequest"),
    ({"resource": "/users/bo@contoso.example/events"}, 403, "ErrorAccessDenied"),
    ({"resource": "/users/nobody@contoso.example/events"}, 403, "ErrorAccessDenied"),
    ({"clientState": "x" * 129}, 400, "InvalidRequest"),
    ({"clientstate": "wrong case"}, 400, "InvalidRequest"),
    ({"includeResourceData": True}, 400, "InvalidRequest"),
    ({"expirationDateTime": "2100-01-01T00:00:00Z"}, 400, "ExtensionError"),
    ({"expirationDateTime": "2026-01-01T00:00:00Z"}, 400, "InvalidRequest"),
    ({"expirationDateTime": "tomorrow"}, 400, "InvalidRequest"),
]


@needs_contract
def test_what_cannot_be_subscribed_to_is_refused(ana: Graph, hook: Hook) -> None:
    for properties, status, code in REFUSED:
        refused = ana.call("POST", "/subscriptions", json=wanted(hook, **properties))
        assert (refused.status_code, refused.json()["error"]["code"]) == (status, code), properties
        assert_valid(refused.json(), "odata.error")
    assert hook.validations == []


def test_it_lasts_between_45_minutes_and_seven_days(ana: Graph, hook: Hook) -> None:
    made = subscribe(ana, hook, expirationDateTime=in_minutes(1))
    left = datetime.fromisoformat(made["expirationDateTime"]) - datetime.now(UTC)
    assert 44 < left.total_seconds() / 60 <= 45
    renewed = ana.call("PATCH", f"/subscriptions/{made['id']}", json={"expirationDateTime": in_minutes(10_079)})
    assert renewed.status_code == 200
    left = datetime.fromisoformat(renewed.json()["expirationDateTime"]) - datetime.now(UTC)
    assert 10_078 < left.total_seconds() / 60 < 10_080
    later = ana.call("PATCH", f"/subscriptions/{made['id']}", json={"expirationDateTime": in_minutes(10_090)})
    assert (later.status_code, later.json()["error"]["code"]) == (400, "ExtensionError")
    assert len(hook.validations) == 2


def test_nothing_but_its_expiration_is_changed(ana: Graph, hook: Hook) -> None:
    made = subscribe(ana, hook)
    for body in ({"lifecycleNotificationUrl": hook.lifecycle_url}, {"clientState": "x"}, {}):
        assert ana.call("PATCH", f"/subscriptions/{made['id']}", json=body).status_code == 400


def test_what_is_gone_is_not_found(ana: Graph, hook: Hook) -> None:
    made = subscribe(ana, hook)
    assert ana.call("DELETE", f"/subscriptions/{made['id']}").status_code == 204
    body = {"expirationDateTime": in_minutes(99)}
    for method, tail in (("PATCH", ""), ("GET", ""), ("DELETE", ""), ("POST", "/reauthorize")):
        for subscription_id in (made["id"], str(uuid4())):
            answer = ana.call(method, f"/subscriptions/{subscription_id}{tail}", json=body)
            assert (answer.status_code, answer.json()["error"]["code"]) == (404, "ResourceNotFound")


def test_somebody_elses_are_not_seen(ana: Graph, hook: Hook) -> None:
    made = subscribe(ana, hook)
    with Browser(ana.sandbox.http) as visitor:
        bo = Graph(ana.sandbox, authorize(ana.sandbox, visitor, "bo")["access_token"])
    assert bo.get("/subscriptions").json()["value"] == []
    assert bo.call("DELETE", f"/subscriptions/{made['id']}").status_code == 404


def test_a_token_is_needed(sandbox: Sandbox, hook: Hook) -> None:
    assert Graph(sandbox, "made-up").call("POST", "/subscriptions", json=wanted(hook)).status_code == 401
