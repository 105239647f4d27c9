"""Answers to invitations at the sandbox's Graph: as Microsoft describes them."""

import json
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
import requests

from sandbox.graph.invitations import ACTIONS
from tests.sandbox.browser import Browser
from tests.sandbox.contract import assert_valid, contract_file, needs_contract
from tests.sandbox.graph_side import Graph, Json, usual_window
from tests.sandbox.portal_side import authorize
from tests.sandbox.running import PATIENCE_SECONDS, Sandbox

BO = "bo@contoso.example"
ORGANIZER = {"emailAddress": {"name": "Omar Haddad", "address": "omar@contoso.example"}}
EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
BODY = {"comment": "See you there", "sendResponse": True}


@pytest.fixture
def bo(sandbox: Sandbox, visitor: Browser) -> Graph:
    """Graph with a token of Bo's that may write."""
    scopes = ["Calendars.ReadWrite", "User.Read"]
    return Graph(sandbox, authorize(sandbox, visitor, "bo", scopes=scopes)["access_token"])


def invite(sandbox: Sandbox, upn: str = BO, **event: Any) -> Json:
    """A meeting in Bo's calendar, or another's, that Omar has invited to."""
    start = usual_window()["endDateTime"][:4] + "-01-12T09:00:00"
    event = {"subject": "Pricing", "organizer": ORGANIZER, "start": {"dateTime": start, "timeZone": "UTC"}, **event}
    added: Json = sandbox.control("POST", f"/people/{upn}/events", event, 201)
    return added


def respond(graph: Graph, event: Json, action: str, body: Any = BODY, whose: str = "/me") -> requests.Response:
    """One answer."""
    url = f"{graph.sandbox.graph}{whose}/events/{quote(event['id'])}/{action}"
    headers = {"Authorization": f"Bearer {graph.token}"}
    return graph.sandbox.client.post(url, json=body, headers=headers, timeout=PATIENCE_SECONDS)


@pytest.mark.parametrize(("action", "response"), [("accept", "accepted"), ("tentativelyAccept", "tentativelyAccepted")])
@pytest.mark.parametrize("whose", ["/me", "/me/calendar", f"/users/{BO}"])
def test_an_answer_is_taken_on_and_delta_tells_it(bo: Graph, action: str, response: str, whose: str) -> None:
    event = invite(bo.sandbox)
    _, link, _ = bo.round("/me/calendarView/delta", params=usual_window())
    answer = respond(bo, event, action, whose=whose)
    assert (answer.status_code, answer.content) == (202, b"")
    (changed,), _, _ = bo.round(link)
    assert (changed["id"], changed["responseStatus"]["response"]) == (event["id"], response)


def test_declined_is_gone_and_delta_says_so(bo: Graph) -> None:
    event = invite(bo.sandbox)
    _, link, _ = bo.round("/me/calendarView/delta", params=usual_window())
    assert respond(bo, event, "decline", {}).status_code == 202
    rows, _, _ = bo.round(link)
    assert rows == [{"id": event["id"], "@removed": {"reason": "deleted"}}]
    assert respond(bo, event, "accept").status_code == 404


@needs_contract
@pytest.mark.parametrize("action", list(ACTIONS))
@pytest.mark.parametrize(
    ("event", "body", "status", "code"),
    [
        ({"organizer": {"emailAddress": {"name": "Bo", "address": BO}}}, BODY, 400, "ErrorInvalidRequest"),
        ({"responseRequested": False}, BODY, 400, "ErrorInvalidRequest"),
        ({}, {"remark": "x"}, 400, "RequestBodyRead"),
        ({}, {"sendResponse": "yes"}, 400, "RequestBodyRead"),
        ({}, ["comment"], 400, "BadRequest"),
    ],
)
def test_what_cannot_be_answered_is_refused(
    bo: Graph, action: str, event: Json, body: Any, status: int, code: str
) -> None:
    answer = respond(bo, invite(bo.sandbox, **event), action, body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert_valid(answer.json(), "odata.error")


@pytest.mark.parametrize("action", list(ACTIONS))
def test_reading_is_not_enough(ana: Graph, action: str) -> None:
    answer = respond(ana, invite(ana.sandbox, "ana@contoso.example"), action)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "ErrorAccessDenied")


def test_other_mailboxes_are_closed(bo: Graph) -> None:
    event = invite(bo.sandbox, "mia@contoso.example")
    assert respond(bo, event, "accept", whose="/users/mia@contoso.example").status_code == 403


def test_an_action_is_posted(bo: Graph) -> None:
    event = invite(bo.sandbox)
    assert bo.get(f"/me/events/{quote(event['id'])}/accept").status_code == 405


@needs_contract
@pytest.mark.parametrize("action", list(ACTIONS))
def test_what_the_portal_sends_is_in_microsofts_description(action: str) -> None:
    paths = json.loads((contract_file().parent / "graph-v1-paths.json").read_text())["paths"]
    described = {path["path"]: path["methods"] for path in paths}
    assert described[f"/users/{{user-id}}/events/{{event-id}}/{action}"] == ["POST"]
    tree = ElementTree.parse(contract_file().parent / "graph-v1-cut.csdl.xml")  # noqa: S314 - Microsoft's file beside us
    actions = [node for node in tree.iter(f"{EDM}Action") if node.get("Name") == action]
    names = {str(part.get("Name")).casefold() for node in actions for part in node.iter(f"{EDM}Parameter")}
    assert {name.casefold() for name in BODY} <= names
