"""Delta rounds: what they tell, and that whoever replays them ends up with the plain listing."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sandbox.browser import Browser
from tests.sandbox.contract import assert_valid, needs_contract
from tests.sandbox.graph_side import IMMUTABLE, Graph, Json, Replica, shown, usual_window
from tests.sandbox.portal_side import authorize

ANA = "ana@contoso.example"
EVENTS = f"/people/{ANA}/events"
CONTACTS = f"/people/{ANA}/contacts"
VIEW = "/me/calendarView/delta"


def make_event(days: int = 5, **properties: Any) -> Json:
    """An event of half an hour, so many days from today at nine."""
    start = datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=days)
    zone = "W. Europe Standard Time"
    return {
        "subject": "A new event",
        "start": {"dateTime": start.strftime("%Y-%m-%dT%H:%M:%S"), "timeZone": zone},
        "end": {"dateTime": (start + timedelta(minutes=30)).strftime("%Y-%m-%dT%H:%M:%S"), "timeZone": zone},
        **properties,
    }


def make_series(days: int = 5, count: int = 6) -> Json:
    """A daily series."""
    bounds = {"type": "numbered", "numberOfOccurrences": count}
    return make_event(days, subject="A new series", recurrence={"pattern": {"type": "daily"}, "range": bounds})


def at(days: int) -> Json:
    """The times of an event so many days from today."""
    event = make_event(days)
    return {"start": event["start"], "end": event["end"]}


@pytest.fixture
def first(ana: Graph) -> str:
    """The deltaLink after Ana's first round."""
    return ana.round(VIEW, params=usual_window())[1]


def change(graph: Graph, method: str, event_id: str, body: Json | None = None) -> None:
    graph.sandbox.control(method, f"{EVENTS}/{quote(event_id)}", body)


def add(graph: Graph, event: Json) -> Json:
    added: Json = graph.sandbox.control("POST", EVENTS, event, 201)
    return added


def told(graph: Graph, link: str) -> dict[str, Json]:
    """The rows of the round behind a deltaLink, by id."""
    return {row["id"]: row for row in graph.round(link)[0]}


def occurrences(graph: Graph, master_id: str) -> list[Json]:
    """The rows of a series in the plain listing, by start."""
    return [row for row in graph.plain_view() if row["seriesMasterId"] == master_id]


def test_pages_follow_each_other_up_to_one_delta_link(ana: Graph) -> None:
    ana.prefer = f"{IMMUTABLE}, odata.maxpagesize=25"
    rows, link, pages = ana.round(VIEW, params=usual_window())
    assert all(len(page["value"]) == 25 for page in pages[:-1])
    assert all(("@odata.nextLink" in page) != ("@odata.deltaLink" in page) for page in pages)
    assert len({row["id"] for row in rows}) == len(rows)
    assert link.startswith(f"{ana.sandbox.graph}/me/calendarView/delta?$deltatoken=")
    assert shown(ana.plain_view()).keys() == {row["id"] for row in rows if row["type"] != "seriesMaster"}


def test_rows_come_in_no_order(ana: Graph) -> None:
    rows, _link, _pages = ana.round(VIEW, params=usual_window())
    starts = [row["start"]["dateTime"] for row in rows]
    assert starts != sorted(starts)
    places = {row["id"]: place for place, row in enumerate(rows)}
    assert any(places[row["id"]] < places[row["seriesMasterId"]] for row in rows if row["type"] == "occurrence")


def test_without_a_preference_pages_have_ten_rows(ana: Graph) -> None:
    ana.prefer = IMMUTABLE
    assert len(ana.get(VIEW, params=usual_window()).json()["value"]) == 10


def test_a_master_may_have_begun_long_before_the_window(ana: Graph) -> None:
    rows, _link, _pages = ana.round(VIEW, params=usual_window())
    starts = [row["start"]["dateTime"] for row in rows if row["type"] == "seriesMaster"]
    assert min(starts) < "2026-01-01"


def test_nothing_new_is_one_empty_answer(ana: Graph, first: str) -> None:
    rows, link, pages = ana.round(first)
    assert (rows, len(pages)) == ([], 1)
    assert ana.round(link)[0] == []


def test_a_new_event_is_told_in_full(ana: Graph, first: str) -> None:
    added = add(ana, make_event())
    (row,) = told(ana, first).values()
    assert row.pop("@odata.type") == "#microsoft.graph.event"
    assert row == added


def test_a_deleted_event_is_removed(ana: Graph, first: str) -> None:
    row = next(row for row in ana.plain_view() if row["type"] == "singleInstance")
    change(ana, "DELETE", row["id"])
    assert told(ana, first) == {row["id"]: {"id": row["id"], "@removed": {"reason": "deleted"}}}


@pytest.mark.parametrize("days", [-400, 800])
def test_what_moves_or_happens_outside_the_window_is_removed(ana: Graph, first: str, days: int) -> None:
    moved = next(row for row in ana.plain_view() if row["type"] == "singleInstance")
    change(ana, "PATCH", moved["id"], at(days))
    never_seen = add(ana, make_event(days))
    rows = told(ana, first)
    assert set(rows) == {moved["id"], never_seen["id"]}
    assert all(row["@removed"] for row in rows.values())


def test_a_changed_master_is_told_with_all_its_occurrences(ana: Graph, first: str) -> None:
    series = add(ana, make_series())
    _rows, link, _pages = ana.round(first)
    change(ana, "PATCH", series["id"], {"subject": "Another name"})
    rows = told(ana, link)
    assert rows[series["id"]]["subject"] == "Another name"
    assert set(rows) - {series["id"]} == {row["id"] for row in occurrences(ana, series["id"])}


def test_an_occurrence_taken_out_is_simply_missing_from_the_series(ana: Graph, first: str) -> None:
    series = add(ana, make_series())
    _rows, link, _pages = ana.round(first)
    gone, *others = occurrences(ana, series["id"])
    change(ana, "DELETE", gone["id"])
    assert set(told(ana, link)) == {series["id"], *(row["id"] for row in others)}


def test_a_changed_occurrence_is_told_alone(ana: Graph, first: str) -> None:
    series = add(ana, make_series())
    _rows, link, _pages = ana.round(first)
    moved = occurrences(ana, series["id"])[2]
    change(ana, "PATCH", moved["id"], {"subject": "Only today", **at(30)})
    rows, later, _pages = ana.round(link)
    (row,) = rows
    assert (row["type"], row["subject"], row["seriesMasterId"]) == ("exception", "Only today", series["id"])
    assert row["originalStart"][:10] == moved["start"]["dateTime"][:10]
    change(ana, "PATCH", moved["id"], at(900))
    assert told(ana, later) == {moved["id"]: {"id": moved["id"], "@removed": {"reason": "deleted"}}}


def test_a_deleted_series_is_removed_with_its_occurrences(ana: Graph, first: str) -> None:
    series = add(ana, make_series())
    known = {row["id"] for row in occurrences(ana, series["id"])}
    _rows, link, _pages = ana.round(first)
    change(ana, "DELETE", series["id"])
    assert set(told(ana, link)) == {series["id"], *known}
    ana.sandbox.fault("graph.bare_series_removal")
    assert set(told(ana, link)) == {series["id"]}


def test_a_change_during_a_round_is_told_in_the_next(ana: Graph) -> None:
    ana.prefer = f"{IMMUTABLE}, odata.maxpagesize=20"
    replica = Replica()
    page = ana.get(VIEW, params=usual_window()).json()
    replica.apply(page["value"])
    add(ana, make_series())
    change(ana, "DELETE", next(row["id"] for row in ana.plain_view() if row["type"] == "singleInstance"))
    rows, link, _pages = ana.round(page["@odata.nextLink"])
    replica.rows |= {row["id"]: row for row in rows}
    replica.apply(ana.round(link)[0])
    assert replica.shown() == shown(ana.plain_view())


def test_links_know_their_window_and_mailbox(ana: Graph, first: str) -> None:
    with Browser(ana.sandbox.http) as visitor:
        bo = Graph(ana.sandbox, authorize(ana.sandbox, visitor, "bo")["access_token"])
        assert bo.get(first).status_code == 410
    token = first.partition("$deltatoken=")[2]
    assert ana.get(f"/me/contacts/delta?$deltatoken={token}").status_code == 410


def test_a_reset_ends_every_token(ana: Graph, first: str) -> None:
    ana.sandbox.control("POST", "/reset")
    answer = ana.get(first)
    assert (answer.status_code, answer.json()["error"]["code"]) == (410, "SyncStateNotFound")
    assert ana.round(VIEW, params=usual_window())[0]


def test_contacts_have_rounds_as_well(ana: Graph) -> None:
    rows, link, _pages = ana.round("/me/contactFolders/contacts/contacts/delta")
    assert len(rows) == 140
    added = ana.sandbox.control("POST", CONTACTS, {"givenName": "Zoë", "surname": "Tóth"}, 201)
    ana.sandbox.control("PATCH", f"{CONTACTS}/{quote(rows[0]['id'])}", {"jobTitle": "Pilot"})
    ana.sandbox.control("DELETE", f"{CONTACTS}/{quote(rows[1]['id'])}")
    changes = {row["id"]: row for row in ana.round(link)[0]}
    assert changes[added["id"]]["displayName"] == "Zoë Tóth"
    assert changes[rows[0]["id"]]["jobTitle"] == "Pilot"
    assert changes[rows[1]["id"]]["@removed"] == {"reason": "deleted"}
    assert len(changes) == 3


def test_contacts_can_be_told_in_part(ana: Graph) -> None:
    rows, _link, _pages = ana.round("/me/contacts/delta", params={"$select": "displayName"})
    assert set(rows[0]) == {"@odata.type", "@odata.etag", "id", "displayName"}


@pytest.fixture
def large_pages(ana: Graph) -> Graph:
    ana.prefer = f"{IMMUTABLE}, odata.maxpagesize=200"
    return ana


DAYS = st.integers(-60, 420)
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["add", "add_series", "move", "rename", "delete", "master", "round"]),
        st.integers(0, 10**6),
        DAYS,
    ),
    min_size=1,
    max_size=8,
)


def make_change(graph: Graph, rows: list[Json], kind: str, pick: int, days: int) -> None:
    """One change: of a row of the plain listing (single event, occurrence or exception), or of its master."""
    row = rows[pick % len(rows)]
    if kind == "add":
        add(graph, make_event(days))
    elif kind == "add_series":
        add(graph, make_series(days, 1 + pick % 40))
    elif kind == "master" and row["seriesMasterId"]:
        patches: list[Json] = [{"subject": f"Series {pick}"}, at(days)]
        change(graph, "PATCH" if pick % 3 else "DELETE", row["seriesMasterId"], patches[pick % 2])
    elif kind in ("move", "rename"):
        change(graph, "PATCH", row["id"], at(days) if kind == "move" else {"subject": f"Renamed {pick}"})
    elif kind == "delete":
        change(graph, "DELETE", row["id"])


@needs_contract
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(changes=CHANGES)
def test_replaying_rounds_ends_at_the_plain_listing(large_pages: Graph, changes: list[Any]) -> None:
    graph, replica = large_pages, Replica()
    graph.sandbox.control("POST", "/reset")
    rows, link, _pages = graph.round(VIEW, params=usual_window())
    replica.apply(rows)
    for kind, pick, days in changes:
        if kind == "round":
            rows, link, _pages = graph.round(link)
            replica.apply(rows)
        else:
            listing = graph.sandbox.control("GET", EVENTS)["value"]
            make_change(graph, listing, kind, pick, days)
    rows, _link, pages = graph.round(link)
    for page in pages:
        assert_valid(page, "delta.event")
    replica.apply(rows)
    assert replica.shown() == shown(graph.plain_view())
