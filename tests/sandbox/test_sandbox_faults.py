"""Graph's misbehaviour, one fault at a time."""

import base64
import json
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import pytest
import requests

from tests.sandbox.contract import assert_valid, needs_contract
from tests.sandbox.graph_side import IMMUTABLE, Graph, usual_window
from tests.sandbox.running import Sandbox

VIEW = "/me/calendarView/delta"


INSTEAD: list[tuple[str, int, str, str | None]] = [
    ("graph.throttled", 429, "ApplicationThrottled", "3"),
    ("graph.unavailable", 503, "serviceNotAvailable", "3"),
    ("graph.throttled_bare", 429, "ApplicationThrottled", None),
    ("graph.gateway_timeout", 504, "GatewayTimeout", None),
    ("graph.server_error", 500, "generalException", None),
    ("graph.access_denied", 403, "ErrorAccessDenied", None),
    ("graph.claims_challenge", 401, "InvalidAuthenticationToken", None),
    ("graph.unauthorized", 401, "InvalidAuthenticationToken", None),
    ("graph.mailbox_not_enabled", 404, "MailboxNotEnabledForRESTAPI", None),
]


@needs_contract
def test_a_fault_answers_instead(ana: Graph) -> None:
    for kind, status, code, retry_after in INSTEAD:
        ana.sandbox.fault(kind, count=2, retry_after=3)
        for _ in range(2):
            answer = ana.get("/me")
            assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
            assert answer.headers.get("Retry-After") == retry_after
            assert_valid(answer.json(), "odata.error")
        assert ana.get("/me").status_code == 200
    assert ana.sandbox.control("GET", "/faults") == {"value": []}


def test_a_claims_challenge_says_what_to_ask_for(ana: Graph) -> None:
    ana.sandbox.fault("graph.unauthorized", count=1)
    assert "insufficient_claims" not in ana.get("/me").headers["WWW-Authenticate"]
    ana.sandbox.fault("graph.claims_challenge", count=1)
    challenge = ana.get("/me").headers["WWW-Authenticate"]
    assert 'error="insufficient_claims"' in challenge
    claims = json.loads(base64.b64decode(challenge.partition('claims="')[2].partition('"')[0]))
    assert claims["access_token"]["nbf"]["essential"] is True


def test_unavailability_need_not_say_how_long(ana: Graph) -> None:
    ana.sandbox.fault("graph.unavailable", count=1)
    assert "Retry-After" not in ana.get("/me").headers


def test_a_fault_can_be_somebody_elses(ana: Graph) -> None:
    ana.sandbox.fault("graph.throttled", upn="bo@contoso.example")
    assert ana.get("/me").status_code == 200


def test_a_fault_can_be_a_tenants(ana: Graph) -> None:
    ana.sandbox.fault("graph.throttled", tenant="Contoso.example", count=1)
    ana.sandbox.fault("graph.unavailable", tenant="fabrikam.example")
    assert [ana.get("/me").status_code for _ in range(2)] == [429, 200]


def test_a_fault_without_a_count_lasts_until_it_is_switched_off(ana: Graph) -> None:
    fault = ana.sandbox.fault("graph.throttled")
    assert [ana.get("/me").status_code for _ in range(3)] == [429, 429, 429]
    ana.sandbox.control("DELETE", f"/faults/{fault}")
    assert ana.get("/me").status_code == 200


def test_all_faults_can_be_switched_off(ana: Graph) -> None:
    ana.sandbox.fault("graph.throttled")
    ana.sandbox.fault("graph.html")
    ana.sandbox.control("DELETE", "/faults")
    assert ana.get("/me").status_code == 200


def test_a_delta_token_can_be_gone(ana: Graph) -> None:
    _rows, link, _pages = ana.round(VIEW, params=usual_window())
    ana.sandbox.fault("graph.sync_state_not_found", count=1)
    answer = ana.get(link)
    assert (answer.status_code, answer.json()["error"]["code"]) == (410, "SyncStateNotFound")
    assert ana.get(link).status_code == 200


def test_a_gone_token_can_say_where_to_begin_again(ana: Graph) -> None:
    window = usual_window()
    honest, link, _pages = ana.round(VIEW, params=window)
    ana.sandbox.fault("graph.resync_required", count=1)
    answer = ana.get(link, allow_redirects=False)
    assert (answer.status_code, answer.json()["error"]["code"]) == (410, "resyncRequired")
    location = answer.headers["Location"]
    assert location.startswith(f"{ana.sandbox.graph}{VIEW}?")
    assert location.endswith("$deltatoken=")
    assert [row["id"] for row in ana.round(location)[0]] == [row["id"] for row in honest]
    contacts, link, _pages = ana.round("/me/contacts/delta")
    ana.sandbox.fault("graph.resync_required", count=1)
    assert len(ana.round(ana.get(link).headers["Location"])[0]) == len(contacts)


@pytest.mark.parametrize("status", [200, 502])
def test_an_answer_can_be_html(ana: Graph, status: int) -> None:
    ana.sandbox.fault("graph.html", count=1, status=status)
    answer = ana.get(VIEW, params=usual_window())
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("text/html")


def test_json_can_break_off(ana: Graph) -> None:
    ana.sandbox.fault("graph.truncated", count=1)
    answer = ana.get(VIEW, params=usual_window())
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.text)


def test_an_answer_can_be_slow(ana: Graph) -> None:
    ana.sandbox.fault("graph.slow", count=1, seconds=0.3)
    began = time.monotonic()
    assert ana.get("/me").status_code == 200
    assert time.monotonic() - began >= 0.3


def test_rows_can_repeat_across_pages(ana: Graph) -> None:
    ana.prefer = f"{IMMUTABLE}, odata.maxpagesize=60"
    honest, _link, _pages = ana.round(VIEW, params=usual_window())
    ana.sandbox.fault("graph.duplicates")
    rows, _link, _pages = ana.round(VIEW, params=usual_window())
    assert len(rows) > len(honest)
    assert {row["id"] for row in rows} == {row["id"] for row in honest}


def test_pages_can_be_empty(ana: Graph) -> None:
    ana.sandbox.fault("graph.empty_page")
    rows, _link, pages = ana.round(VIEW, params=usual_window())
    assert pages[0]["value"] == []
    assert rows


def test_a_link_can_lead_elsewhere(ana: Graph) -> None:
    ana.sandbox.fault("graph.foreign_next_link", count=1)
    page: dict[str, Any] = ana.get(VIEW, params=usual_window()).json()
    assert page["@odata.nextLink"].startswith("https://graph.microsoft.example/")


def test_a_connection_can_be_reset_in_the_middle(ana: Graph) -> None:
    ana.sandbox.fault("graph.reset", count=1)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        ana.get(VIEW, params=usual_window())
    assert ana.get(VIEW, params=usual_window()).status_code == 200


def test_every_answer_can_come_later(ana: Graph) -> None:
    ana.sandbox.control("PUT", "/latency", {"milliseconds": 150})
    began = time.monotonic()
    assert ana.get("/me").status_code == 200
    assert time.monotonic() - began >= 0.15
    assert ana.sandbox.control("GET", "/latency") == {"milliseconds": 150}
    ana.sandbox.control("PUT", "/latency", {"milliseconds": -1}, 400)


@pytest.mark.parametrize(("kind", "minutes"), [("graph.clock_ahead", 7), ("graph.clock_behind", -7)])
def test_graphs_clock_can_be_wrong(ana: Graph, kind: str, minutes: int) -> None:
    (honest,) = ana.get("/me/contacts", params={"$top": 1}).json()["value"]
    ana.sandbox.fault(kind, seconds=7 * 60)
    answer = ana.get("/me/contacts", params={"$top": 1})
    off = parsedate_to_datetime(answer.headers["Date"]) - datetime.now(UTC)
    assert abs(off - timedelta(minutes=minutes)) < timedelta(minutes=1)
    (row,) = answer.json()["value"]
    moved = datetime.fromisoformat(row["lastModifiedDateTime"]) - datetime.fromisoformat(honest["lastModifiedDateTime"])
    assert moved == timedelta(minutes=minutes)
    ana.sandbox.control("DELETE", "/faults")
    now = parsedate_to_datetime(ana.get("/me").headers["Date"])
    assert abs(now - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_round_can_tell_again_what_was_told(ana: Graph) -> None:
    rows, link, _pages = ana.round(VIEW, params=usual_window())
    ana.sandbox.fault("graph.replayed", count=1)
    again, link, _pages = ana.round(link)
    assert {row["id"] for row in rows} == {row["id"] for row in again if "@removed" not in row}
    assert ana.round(link)[0] == []


def test_what_was_never_there_can_be_removed(ana: Graph) -> None:
    honest = {row["id"] for row in ana.round(VIEW, params=usual_window())[0]}
    ana.sandbox.fault("graph.unknown_removals")
    start = {"dateTime": "2020-01-12T09:00:00", "timeZone": "UTC"}
    outside = ana.sandbox.control("POST", "/people/ana@contoso.example/events", {"subject": "Old", "start": start}, 201)
    rows = ana.round(VIEW, params=usual_window())[0]
    assert {row["id"] for row in rows if "@removed" not in row} == honest
    removed = {row["id"] for row in rows if "@removed" in row}
    assert outside["id"] in removed
    assert len(removed) > 1
    assert "@removed" in ana.round("/me/contacts/delta")[0][-1]


def test_masters_can_come_last_or_not_at_all(ana: Graph) -> None:
    ana.prefer = f"{IMMUTABLE}, odata.maxpagesize=25"
    honest = {row["id"]: row for row in ana.round(VIEW, params=usual_window())[0]}
    masters = {key for key, row in honest.items() if row["type"] == "seriesMaster"}
    ana.sandbox.fault("graph.masters_last", count=1)
    rows = [row["id"] for row in ana.round(VIEW, params=usual_window())[0]]
    assert set(rows[-len(masters) :]) == masters
    assert len(rows) == len(set(rows)) == len(honest)
    ana.sandbox.fault("graph.masters_absent", count=1)
    rows = [row["id"] for row in ana.round(VIEW, params=usual_window())[0]]
    assert set(rows) == set(honest) - masters
    one = ana.get(f"/me/events/{quote(next(iter(masters)))}").json()
    assert one["type"] == "seriesMaster"


def test_only_immutable_ids_stay_what_they_were(ana: Graph) -> None:
    immutable = [row["id"] for row in ana.round("/me/contacts/delta")[0]]
    ana.prefer = "odata.maxpagesize=100"
    before = [row["id"] for row in ana.round("/me/contacts/delta")[0]]
    ana.sandbox.fault("graph.other_ids")
    after = [row["id"] for row in ana.round("/me/contacts/delta")[0]]
    assert not set(before) & set(after)
    ana.prefer = f"{IMMUTABLE}, odata.maxpagesize=100"
    assert [row["id"] for row in ana.round("/me/contacts/delta")[0]] == immutable


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"kind": "graph.unknown"},
        {"kind": "graph.slow", "colour": "red"},
        {"kind": "graph.slow", "seconds": "long"},
        {"kind": "graph.slow", "count": 0},
        {"kind": "graph.slow", "lasts": "long"},
        {"kind": "graph.slow", "upn": 7},
        {"kind": "graph.slow", "tenant": 7},
        {"kind": "graph.slow", "tenant": "nowhere.example"},
    ],
)
def test_unknown_faults_are_refused(sandbox: Sandbox, body: dict[str, Any]) -> None:
    assert "error" in sandbox.control("POST", "/faults", body, 400)
