"""The control room: its JSON API, and the pages a person uses."""

from typing import Any
from urllib.parse import quote

import pytest
from lxml import html

from tests.sandbox.browser import Browser
from tests.sandbox.graph_side import Graph
from tests.sandbox.running import PORTAL, Sandbox

BO = "bo@contoso.example"
START = {"dateTime": "2026-12-01T10:00:00", "timeZone": "W. Europe Standard Time"}


def event_subjects(sandbox: Sandbox) -> list[str]:
    return [row["subject"] for row in sandbox.control("GET", f"/people/{BO}/events")["value"]]


def test_the_state_names_everybody(sandbox: Sandbox) -> None:
    state = sandbox.control("GET", "/state")
    contoso, fabrikam = state["tenants"]
    assert (contoso["domain"], len(contoso["people"])) == ("contoso.example", 15)
    assert (fabrikam["domain"], len(fabrikam["people"])) == ("fabrikam.example", 5)
    assert [row["upn"] for row in contoso["people"] if row["is_admin"]] == ["dana@contoso.example"]
    assert state["redirect_uris"] == [f"{PORTAL}/office365/callback/", f"{PORTAL}/office365/admin-consent/"]
    assert contoso["policy"] == {"user_consent": "allowed", "request_workflow": False}


def test_people_join_until_the_next_reset(sandbox: Sandbox) -> None:
    joined = sandbox.control("POST", "/tenants/contoso.example/people", {"count": 2}, 201)["value"]
    assert joined == [
        {"upn": "new16@contoso.example", "name": "New16 Hire"},
        {"upn": "new17@contoso.example", "name": "New17 Hire"},
    ]
    assert sandbox.control("GET", "/people/new17@contoso.example/events")["value"]
    sandbox.control("POST", "/reset")
    sandbox.control("GET", "/people/new17@contoso.example/events", None, 404)


def test_a_reset_brings_back_the_first_day(sandbox: Sandbox) -> None:
    before = sandbox.control("GET", f"/people/{BO}/events")["value"]
    ids = sandbox.people()
    sandbox.control("POST", f"/people/{BO}/events", {"subject": "New", "start": START}, 201)
    sandbox.control("DELETE", f"/people/{BO}/events/{quote(before[0]['id'])}")
    sandbox.control("PUT", "/tenants/contoso.example/policy", {"user_consent": "admin_only"})
    sandbox.fault("graph.throttled")

    sandbox.control("POST", "/reset")

    after = sandbox.control("GET", f"/people/{BO}/events")["value"]
    assert [row["id"] for row in after] == [row["id"] for row in before]
    assert sandbox.people() == ids
    state = sandbox.control("GET", "/state")
    assert state["faults"] == []
    assert state["tenants"][0]["policy"]["user_consent"] == "allowed"


def test_an_event_is_completed_changed_and_deleted(sandbox: Sandbox) -> None:
    added = sandbox.control("POST", f"/people/{BO}/events", {"subject": "Short", "start": START}, 201)
    assert added["end"]["dateTime"] == "2026-12-01T09:30:00.0000000"
    assert added["organizer"]["emailAddress"]["address"] == BO
    path = f"/people/{BO}/events/{quote(added['id'])}"
    moved = sandbox.control("PATCH", path, {"start": START | {"dateTime": "2026-12-02T10:00:00"}})
    assert moved["end"]["dateTime"] == "2026-12-02T09:30:00.0000000"
    assert moved["@odata.etag"] != added["@odata.etag"]
    sandbox.control("DELETE", path, status=204)
    sandbox.control("GET", path, status=404)


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"subject": "No start"},
        {"start": {"dateTime": "soon"}},
        {"start": START | {"timeZone": "Middle-earth Standard Time"}},
        {"start": START, "recurrence": {"pattern": {"type": "weekly", "daysOfWeek": ["someday"]}}},
        {"start": START, "recurrence": {"pattern": {"type": "relativeMonthly"}}},
    ],
)
def test_what_is_no_event_is_refused(sandbox: Sandbox, event: dict[str, Any]) -> None:
    before = event_subjects(sandbox)
    sandbox.control("POST", f"/people/{BO}/events", event, 400)
    assert event_subjects(sandbox) == before


@pytest.mark.parametrize(
    ("pattern", "days"),
    [
        ({"type": "daily", "interval": 3}, ["12-01", "12-04", "12-07"]),
        ({"type": "weekly", "daysOfWeek": ["tuesday", "friday"]}, ["12-01", "12-04", "12-08"]),
        ({"type": "weekly", "interval": 2, "daysOfWeek": ["tuesday"]}, ["12-01", "12-15", "12-29"]),
        ({"type": "absoluteMonthly", "dayOfMonth": 31}, ["12-31", "01-31", "02-28"]),
        ({"type": "relativeMonthly", "daysOfWeek": ["friday"], "index": "last"}, ["12-25", "01-29", "02-26"]),
    ],
)
def test_series_follow_their_pattern(sandbox: Sandbox, pattern: dict[str, Any], days: list[str]) -> None:
    bounds = {"type": "numbered", "numberOfOccurrences": 3, "startDate": "2026-12-01"}
    event = {"subject": "S", "start": START, "recurrence": {"pattern": pattern, "range": bounds}}
    master = sandbox.control("POST", f"/people/{BO}/events", event, 201)
    listed = sandbox.control("GET", f"/people/{BO}/events?start=2026-11-25&end=2027-04-01")["value"]
    rows = [row for row in listed if row["seriesMasterId"] == master["id"]]
    assert [row["start"]["dateTime"][5:10] for row in rows] == days
    assert master["start"] == rows[0]["start"]


def test_calls_are_remembered_without_secrets(ana: Graph) -> None:
    ana.sandbox.control("DELETE", "/requests")
    ana.get("/me/calendarView/delta?startDateTime=2026-11-01&endDateTime=2026-12-01")
    (call,) = ana.sandbox.control("GET", "/requests")
    assert call["path"] == "/v1.0/me/calendarView/delta"
    assert (call["kind"], call["upn"], call["status"]) == ("graph", "ana@contoso.example", 200)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/tenants/nowhere.example/consent", {"scopes": ["User.Read"]}, 404),
        ("POST", "/tenants/contoso.example/consent", {"scopes": ["Cats.Read"]}, 400),
        ("PUT", "/tenants/contoso.example/policy", {"user_consent": "perhaps"}, 400),
        ("PUT", "/tenants/contoso.example/saml", {"name_id_format": "transient"}, 400),
        ("POST", "/people/nobody@contoso.example/revoke", None, 404),
        ("POST", "/tenants/contoso.example/people", {"count": 0}, 400),
        ("POST", "/tokens", {"lifetime_seconds": "long"}, 400),
        ("POST", "/tokens", ["not an object"], 400),
        ("DELETE", f"/people/{BO}/events/made-up", None, 404),
        ("DELETE", f"/people/{BO}/contacts/made-up", None, 404),
        ("DELETE", "/faults/made-up", None, 404),
    ],
)
def test_mistakes_are_explained(sandbox: Sandbox, method: str, path: str, body: Any, status: int) -> None:
    assert sandbox.control(method, path, body, status)["error"]


def test_the_first_page_shows_tenants_and_faults(visitor: Browser) -> None:
    visitor.open("/")
    assert html.fromstring(visitor.text).findtext(".//title") == "Atrium sandbox"
    for text in ("Contoso", "Fabrikam", "Ana Lima", "None is on.", "mailbox on mail.contoso.example"):
        assert text in visitor.text


def test_consent_and_policy_are_switched_on_the_page(sandbox: Sandbox, visitor: Browser) -> None:
    def contoso() -> Any:
        return sandbox.control("GET", "/state")["tenants"][0]

    def press(path: str, action: str, **fields: str) -> None:
        url = f"{sandbox.http}/control/tenants/contoso.example/{path}"
        visitor.session.post(url, data={"action": action, **fields}).raise_for_status()

    press("consent", "grant", scopes="User.Read")
    assert contoso()["consent"]["tenant_wide"] == ["User.Read"]
    press("consent", "withdraw")
    assert contoso()["consent"]["tenant_wide"] == []
    press("policy", "switch")
    press("policy", "workflow")
    assert contoso()["policy"] == {"user_consent": "admin_only", "request_workflow": True}


def test_a_fault_is_switched_on_and_off_on_the_page(sandbox: Sandbox, visitor: Browser) -> None:
    visitor.open("/control/faults").press("Switch on graph.slow", whom=BO, count="2", seconds="1", lasts="60")
    assert "2 more, at most" in visitor.text
    (fault,) = sandbox.control("GET", "/faults")["value"]
    assert (fault["kind"], fault["upn"], fault["remaining"], fault["seconds"]) == ("graph.slow", BO, 2, 1)
    visitor.press("Off graph.slow")
    assert sandbox.control("GET", "/faults")["value"] == []


def test_a_fault_can_be_for_a_whole_tenant(sandbox: Sandbox, visitor: Browser) -> None:
    visitor.open("/control/faults").press("Switch on graph.html", whom="contoso.example", status="503")
    (fault,) = sandbox.control("GET", "/faults")["value"]
    assert (fault["tenant"], fault["upn"], fault["remaining"], fault["status"]) == ("contoso.example", None, None, 503)
    assert "contoso.example, until switched off" in visitor.text
    visitor.press("Switch all off")
    assert "No fault is on." in visitor.text


def test_every_fault_is_listed_in_its_group_with_a_sentence(sandbox: Sandbox, visitor: Browser) -> None:
    sections = visitor.open("/control/faults").find("//section[@id]")
    kinds = sandbox.control("GET", "/faults/kinds")
    assert [section.findtext("h2") for section in sections] == list(kinds)
    for section in sections:
        texts = {row.findtext("code"): row.findtext("span") for row in section.xpath(".//summary")}
        assert texts == kinds[section.findtext("h2")]
    assert all(says.strip() for group in kinds.values() for says in group.values())


def test_a_fault_asks_only_for_what_it_looks_at(visitor: Browser) -> None:
    visitor.open("/control/faults")

    def fields(kind: str) -> list[str]:
        return visitor.find("//form[input[@value=$kind]]//label/*/@name", kind=kind)

    usual = ["whom", "count", "lasts"]
    assert fields("token.reset") == usual
    assert fields("token.slow") == [*usual, "seconds"]
    assert fields("graph.throttled") == [*usual, "retry_after"]


def test_a_persons_page_leads_to_their_faults(visitor: Browser) -> None:
    visitor.open(f"/control/people/{BO}").follow("Faults for this person")
    assert set(visitor.find("//option[@selected]/@value")) == {BO}


@pytest.mark.parametrize("fields", [{"kind": "graph.cold"}, {"kind": "graph.slow", "count": "often"}])
def test_a_fault_that_makes_no_sense_is_not_switched_on(
    sandbox: Sandbox, visitor: Browser, fields: dict[str, str]
) -> None:
    assert visitor.session.post(f"{sandbox.http}/control/faults", data=fields).status_code == 400
    assert sandbox.control("GET", "/faults")["value"] == []


def test_a_persons_page_adds_moves_and_deletes(sandbox: Sandbox, visitor: Browser) -> None:
    page = f"/control/people/{BO}"
    visitor.open(page).press("Add event", subject="<b>Typed</b>", start="2026-11-30T09:00", minutes="15")
    assert "&lt;b&gt;Typed" in visitor.text or "<b>Typed" in event_subjects(sandbox)
    event = next(row for row in sandbox.control("GET", f"/people/{BO}/events")["value"] if "Typed" in row["subject"])
    url = f"{sandbox.http}{page}/events/{quote(event['id'])}"
    visitor.session.post(url, data={"action": "move", "start": "2026-12-03T11:00"}).raise_for_status()
    moved = sandbox.control("GET", f"/people/{BO}/events/{quote(event['id'])}")
    assert moved["start"]["dateTime"] == "2026-12-03T09:00:00.0000000"  # Bo's clocks are two hours ahead of UTC
    assert moved["end"]["dateTime"] == "2026-12-03T09:15:00.0000000"
    visitor.session.post(url, data={"action": "delete"}).raise_for_status()
    assert "<b>Typed</b>" not in event_subjects(sandbox)


def test_a_persons_page_changes_contacts(sandbox: Sandbox, visitor: Browser) -> None:
    def first_contact() -> Any:
        contacts = sandbox.control("GET", f"/people/{BO}/contacts")["value"]
        return next((row for row in contacts if row["givenName"] == "Zelda"), None)

    page = f"/control/people/{BO}"
    visitor.open(page).press("Add contact", given_name="Zelda", surname="Quist", email="z@mail.example")
    added = first_contact()
    assert added["emailAddresses"] == [{"name": "z@mail.example", "address": "z@mail.example"}]
    url = f"{sandbox.http}{page}/contacts/{quote(added['id'])}"
    visitor.session.post(url, data={"action": "rename", "name": "Zelda Q."}).raise_for_status()
    assert first_contact()["displayName"] == "Zelda Q."
    visitor.session.post(url, data={"action": "delete"}).raise_for_status()
    assert first_contact() is None


def test_pages_allow_no_foreign_script(visitor: Browser) -> None:
    reply = visitor.session.get(f"{visitor.site}/")
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
    assert "script-src" not in reply.headers["Content-Security-Policy"]


def test_a_form_that_makes_no_sense_gets_a_page(visitor: Browser) -> None:
    url = f"{visitor.site}/control/people/{BO}/events"
    reply = visitor.session.post(url, data={"subject": "x", "start": "never"})
    assert reply.status_code == 400
    assert "That did not work" in reply.text
