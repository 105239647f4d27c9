"""Change notifications: sent whenever something changes, in Graph's words, and again where they were not taken."""

from typing import Any
from urllib.parse import quote

from tests.sandbox.browser import Browser
from tests.sandbox.contract import assert_valid, needs_contract
from tests.sandbox.graph_side import Graph, Json, usual_window
from tests.sandbox.hook_side import Hook
from tests.sandbox.portal_side import authorize
from tests.sandbox.running import CONTOSO, Sandbox
from tests.sandbox.subscribing import SECRET_STATE, in_minutes, subscribe

ANA, BO = "ana@contoso.example", "bo@contoso.example"
EVENTS, CONTACTS = f"/people/{ANA}/events", f"/people/{ANA}/contacts"


def make_event(**properties: Any) -> Json:
    """An event in the usual window."""
    start = usual_window()["endDateTime"][:4] + "-01-12T09:00:00"
    return {"subject": "New", "start": {"dateTime": start, "timeZone": "UTC"}, **properties}


def add_event(sandbox: Sandbox, **properties: Any) -> Json:
    added: Json = sandbox.control("POST", EVENTS, make_event(**properties), 201)
    return added


@needs_contract
def test_a_change_is_told_in_graphs_words(ana: Graph, hook: Hook) -> None:
    made = subscribe(ana, hook)
    event = add_event(ana.sandbox)
    (row,) = hook.wait_for_rows(1)
    ((path, body),) = hook.posts
    assert path == "/changes"
    assert_valid(body, "changeNotificationCollection")
    oid = ana.sandbox.people()[ANA]["oid"]
    assert row.pop("id")
    assert row == {
        "subscriptionId": made["id"],
        "subscriptionExpirationDateTime": made["expirationDateTime"],
        "clientState": SECRET_STATE,
        "tenantId": CONTOSO,
        "changeType": "created",
        "resource": f"Users/{oid}/Events/{event['id']}",
        "resourceData": {
            "@odata.type": "#Microsoft.Graph.Event",
            "@odata.id": f"Users/{oid}/Events/{event['id']}",
            "@odata.etag": event["@odata.etag"],
            "id": event["id"],
        },
    }


def test_created_updated_and_deleted_are_told_apart(ana: Graph, hook: Hook) -> None:
    subscribe(ana, hook)
    event = add_event(ana.sandbox)
    ana.sandbox.control("PATCH", f"{EVENTS}/{quote(event['id'])}", {"subject": "Renamed"})
    ana.sandbox.control("DELETE", f"{EVENTS}/{quote(event['id'])}")
    assert [row["changeType"] for row in hook.wait_for_rows(3)] == ["created", "updated", "deleted"]


def test_only_what_was_subscribed_to_is_told(ana: Graph, hook: Hook) -> None:
    subscribe(ana, hook, changeType="deleted", resource="/me/contacts")
    contact = ana.sandbox.control("POST", CONTACTS, {"givenName": "Zoë"}, 201)
    add_event(ana.sandbox)
    ana.sandbox.control("POST", f"/people/{BO}/contacts", {"givenName": "Theirs"}, 201)
    ana.sandbox.control("DELETE", f"{CONTACTS}/{quote(contact['id'])}")
    (row,) = hook.wait_for_rows(1)
    assert (row["changeType"], row["resourceData"]["@odata.type"]) == ("deleted", "#Microsoft.Graph.Contact")
    assert row["resourceData"]["id"] == contact["id"]


def test_the_form_of_ids_is_the_one_preferred_when_it_was_made(ana: Graph, hook: Hook) -> None:
    ana.prefer = "odata.maxpagesize=10"
    subscribe(ana, hook)
    event = add_event(ana.sandbox)
    (row,) = hook.wait_for_rows(1)
    told = row["resourceData"]["id"]
    assert told != event["id"]
    assert ana.get(f"/me/events/{quote(told)}").json()["subject"] == "New"


def test_several_subscriptions_share_one_post(ana: Graph, hook: Hook) -> None:
    ids = {subscribe(ana, hook)["id"] for _ in range(3)}
    add_event(ana.sandbox)
    rows = hook.wait_for_rows(3)
    assert len(hook.posts) == 1
    assert {row["subscriptionId"] for row in rows} == ids


def test_an_answer_to_an_invitation_is_a_change(sandbox: Sandbox, hook: Hook) -> None:
    with Browser(sandbox.http) as visitor:
        tokens = authorize(sandbox, visitor, "ana", scopes=["Calendars.ReadWrite", "User.Read"])
    writer = Graph(sandbox, tokens["access_token"])
    organizer = {"emailAddress": {"name": "Omar Haddad", "address": "omar@contoso.example"}}
    event = add_event(sandbox, organizer=organizer)
    subscribe(writer, hook)
    assert writer.call("POST", f"/me/events/{quote(event['id'])}/accept", json={}).status_code == 202
    (row,) = hook.wait_for_rows(1)
    assert (row["changeType"], row["resourceData"]["id"]) == ("updated", event["id"])


def test_an_occurrence_is_told_by_its_id_and_its_end_by_its_masters(ana: Graph, hook: Hook) -> None:
    bounds = {"type": "numbered", "numberOfOccurrences": 3}
    master = add_event(ana.sandbox, recurrence={"pattern": {"type": "daily"}, "range": bounds})
    subscribe(ana, hook)
    first, second, _ = [row for row in ana.plain_view() if row["seriesMasterId"] == master["id"]]
    ana.sandbox.control("PATCH", f"{EVENTS}/{quote(first['id'])}", {"subject": "Only today"})
    ana.sandbox.control("DELETE", f"{EVENTS}/{quote(second['id'])}")
    told = [(row["changeType"], row["resourceData"]["id"]) for row in hook.wait_for_rows(2)]
    assert told == [("updated", first["id"]), ("updated", master["id"])]


def test_what_was_not_taken_is_sent_again(ana: Graph, hook: Hook) -> None:
    subscribe(ana, hook)
    for sent, status in enumerate((500, 302), 1):
        hook.refusals.append(status)
        add_event(ana.sandbox)
        *_, first, again = hook.wait_for_rows(2 * sent)
        assert first == again


def test_after_deletion_nothing_is_told(ana: Graph, hook: Hook) -> None:
    gone, kept = subscribe(ana, hook), subscribe(ana, hook)
    assert ana.call("DELETE", f"/subscriptions/{gone['id']}").status_code == 204
    add_event(ana.sandbox)
    (row,) = hook.wait_for_rows(1)
    assert row["subscriptionId"] == kept["id"]


def test_renewal_is_told_with_the_next_notification(ana: Graph, hook: Hook) -> None:
    made = subscribe(ana, hook)
    renewed = ana.call("PATCH", f"/subscriptions/{made['id']}", json={"expirationDateTime": in_minutes(6000)}).json()
    add_event(ana.sandbox)
    (row,) = hook.wait_for_rows(1)
    assert row["subscriptionExpirationDateTime"] == renewed["expirationDateTime"] > made["expirationDateTime"]


def test_an_endpoint_has_three_seconds_and_holds_nobody_up(ana: Graph, hook: Hook) -> None:
    subscribe(ana, hook)
    hook.silent = True
    add_event(ana.sandbox)
    hook.wait_for_rows(1)
    subscribe(ana, hook, resource="/me/contacts")
    hook.wait(lambda: len(hook.rows) == 2)
    hook.speak()
    late = ana.sandbox.control("GET", "/notifications")["value"][0]
    assert (late["attempt"], late["status"]) == (1, None)
