"""Graph's misbehaviour, one fault at a time."""

import json
import time
from typing import Any

import pytest

from tests.sandbox.contract import assert_valid, needs_contract
from tests.sandbox.graph_side import IMMUTABLE, Graph, usual_window
from tests.sandbox.running import Sandbox

VIEW = "/me/calendarView/delta"


@needs_contract
@pytest.mark.parametrize(
    ("kind", "status", "code", "retry_after"),
    [
        ("graph.throttled", 429, "ApplicationThrottled", "3"),
        ("graph.unavailable", 503, "serviceNotAvailable", "3"),
        ("graph.unauthorized", 401, "InvalidAuthenticationToken", None),
        ("graph.mailbox_not_enabled", 404, "MailboxNotEnabledForRESTAPI", None),
    ],
)
def test_a_fault_answers_instead(ana: Graph, kind: str, status: int, code: str, retry_after: str | None) -> None:
    ana.sandbox.fault(kind, count=2, retry_after=3)
    for _ in range(2):
        answer = ana.get("/me")
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
        assert answer.headers.get("Retry-After") == retry_after
        assert_valid(answer.json(), "odata.error")
    assert ana.get("/me").status_code == 200
    assert ana.sandbox.control("GET", "/faults") == {"value": []}


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


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"kind": "graph.unknown"},
        {"kind": "graph.slow", "colour": "red"},
        {"kind": "graph.slow", "seconds": "long"},
        {"kind": "graph.slow", "count": 0},
        {"kind": "graph.slow", "upn": 7},
        {"kind": "graph.slow", "tenant": 7},
        {"kind": "graph.slow", "tenant": "nowhere.example"},
    ],
)
def test_unknown_faults_are_refused(sandbox: Sandbox, body: dict[str, Any]) -> None:
    assert "error" in sandbox.control("POST", "/faults", body, 400)
