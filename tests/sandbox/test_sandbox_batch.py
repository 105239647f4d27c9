"""Several requests to Graph in one."""

from typing import Any
from urllib.parse import urlencode

from tests.sandbox.graph_side import IMMUTABLE, Graph, Json, usual_window

VIEW = f"/me/calendarView/delta?{urlencode(usual_window())}"


def send(graph: Graph, *requests: Json) -> tuple[int, Json]:
    """A batch; its status and body."""
    numbered = [{"id": str(number), "method": "GET", **request} for number, request in enumerate(requests, 1)]
    answer = graph.call("POST", "/$batch", json={"requests": numbered})
    return answer.status_code, answer.json()


def sent(graph: Graph, *requests: Json) -> list[Json]:
    """The answers of a batch that was taken."""
    status, body = send(graph, *requests)
    assert status == 200
    rows: list[Json] = body["responses"]
    assert [row["id"] for row in rows] == [str(number) for number in range(1, len(requests) + 1)]
    return rows


def test_each_request_is_answered_as_if_it_came_alone(ana: Graph) -> None:
    prefer = {"Prefer": f"{IMMUTABLE}, odata.maxpagesize=7"}
    person, page, missing, nowhere = sent(
        ana, {"url": "/me"}, {"url": VIEW, "headers": prefer}, {"url": "/me/events/made-up"}, {"url": "/nowhere"}
    )
    assert (person["status"], person["body"]["mail"]) == (200, "ana@contoso.example")
    honest = ana.get(VIEW, headers=prefer).json()
    assert page["body"]["value"] == honest["value"]
    assert ana.get(page["body"]["@odata.nextLink"], headers=prefer).status_code == 200
    assert (missing["status"], missing["body"]["error"]["code"]) == (400, "ErrorInvalidIdMalformed")
    assert nowhere["status"] == 400


def test_some_can_be_throttled_while_others_are_not(ana: Graph) -> None:
    ana.sandbox.fault("graph.batch_throttled", retry_after=4)
    rows = sent(ana, *[{"url": "/me"}] * 4)
    assert [row["status"] for row in rows] == [200, 429, 200, 429]
    assert [row["headers"].get("Retry-After") for row in rows] == [None, "4", None, "4"]
    ana.sandbox.control("DELETE", "/faults")
    ana.sandbox.fault("graph.throttled", count=1, retry_after=2)
    assert [row["status"] for row in sent(ana, {"url": "/me"}, {"url": "/me"})] == [429, 200]


def test_one_can_depend_on_another(ana: Graph) -> None:
    rows = sent(ana, {"url": "/me/events/made-up"}, {"url": "/me", "dependsOn": ["1"]}, {"url": "/me"})
    assert [row["status"] for row in rows] == [400, 424, 200]


def test_what_is_no_batch_is_refused(ana: Graph) -> None:
    wrong: list[list[Any]] = [
        [{"url": "/me"}] * 21,
        [],
        [{"url": ""}],
        [{"url": "/me", "headers": "none"}],
        [{"url": "/$batch", "method": "POST"}],
        [{"url": "/me", "id": "2"}, {"url": "/me"}],
    ]
    for requests in wrong:
        assert send(ana, *requests)[0] == 400
    assert Graph(ana.sandbox, "made-up").call("POST", "/$batch", json={}).status_code == 401
