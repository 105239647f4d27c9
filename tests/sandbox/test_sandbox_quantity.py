"""Very many items, and very many changes: quick to make, lean to keep, and told like all others."""

import time
from collections.abc import MutableMapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.scenario import seed
from sandbox.scenario.bulk import fill
from sandbox.store import load_state, save_state
from sandbox.tenant.bulk import Bulk, Recipe
from sandbox.tenant.mailbox import Contact, Json
from tests.sandbox.browser import Browser
from tests.sandbox.contract import assert_valid, needs_contract
from tests.sandbox.graph_side import IMMUTABLE, Graph, Replica, shown, usual_window
from tests.sandbox.hook_side import Hook
from tests.sandbox.running import Sandbox
from tests.sandbox.subscribing import subscribe

ANA = "ana@contoso.example"
EVENTS, CONTACTS = f"/people/{ANA}/events", f"/people/{ANA}/contacts"
VIEW = "/me/calendarView/delta"


def add_many(sandbox: Sandbox, events: int = 0, contacts: int = 0) -> Json:
    sizes: Json = sandbox.control("POST", f"/people/{ANA}/bulk", {"events": events, "contacts": contacts}, 201)
    return sizes


def change_at_random(sandbox: Sandbox, number: int, count: int = 60, **more: Any) -> Json:
    made: Json = sandbox.control("POST", f"/people/{ANA}/random-changes", {"seed": number, "count": count, **more})
    return made


def listing(sandbox: Sandbox, path: str = EVENTS) -> list[Json]:
    rows: list[Json] = sandbox.control("GET", path)["value"]
    return rows


def memory(sandbox: Sandbox) -> int:
    """What the process has in memory, in bytes."""
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{sandbox.process.pid}/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0]) * 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_a_mailbox_can_be_larger_than_any_sync_bears(ana: Graph) -> None:
    before, began = memory(ana.sandbox), time.monotonic()
    sizes = add_many(ana.sandbox, events=150_000, contacts=120_000)
    assert time.monotonic() - began < 2
    assert sizes["events"] > 150_000
    assert ana.sandbox.people()[ANA]["contacts"] == sizes["contacts"] > 120_000
    ana.prefer = f"{IMMUTABLE}, odata.maxpagesize=200"
    link, query, seen = VIEW, usual_window(), set[str]()
    for _ in range(12):
        page = ana.get(link, params=query).json()
        seen |= {row["id"] for row in page["value"]}
        link, query = page["@odata.nextLink"], {}
    assert len(seen) == 12 * 200
    assert memory(ana.sandbox) - before < 30 * 2**20


@needs_contract
def test_what_was_made_in_bulk_changes_like_all_else(ana: Graph, hook: Hook) -> None:
    ana.prefer = f"{IMMUTABLE}, odata.maxpagesize=250"
    subscribe(ana, hook)
    add_many(ana.sandbox, events=600)
    (row,) = hook.wait_for_rows(1)
    assert row["changeType"] == "created"
    rows, link, pages = ana.round(VIEW, params=usual_window())
    assert_valid(pages[-1], "delta.event")
    assert 3_000 < len(str(rows[-1])) < 6_000
    replica = Replica()
    replica.apply(rows)
    assert replica.shown() == shown(listing(ana.sandbox))
    first, second = rows[-1], rows[-2]
    ana.sandbox.control("PATCH", f"{EVENTS}/{quote(first['id'])}", {"subject": "Another"})
    ana.sandbox.control("DELETE", f"{EVENTS}/{quote(second['id'])}")
    ana.sandbox.control("GET", f"{EVENTS}/{quote(second['id'])}", status=404)
    changes, link, _ = ana.round(link)
    assert {row["id"]: row.get("subject") for row in changes} == {first["id"]: "Another", second["id"]: None}
    change_at_random(ana.sandbox, 5, 40)
    replica.apply(changes + ana.round(link)[0])
    assert replica.shown() == shown(listing(ana.sandbox))


def test_contacts_can_be_many_as_well(ana: Graph) -> None:
    ana.prefer = f"{IMMUTABLE}, odata.maxpagesize=1000"
    _rows, before, _pages = ana.round("/me/contacts/delta")
    add_many(ana.sandbox, contacts=2500)
    added, link, _pages = ana.round(before)
    assert len({row["id"] for row in added}) == 2500
    ana.sandbox.control("DELETE", f"{CONTACTS}/{quote(added[7]['id'])}")
    assert [row["id"] for row in ana.round(link)[0]] == [added[7]["id"]]
    everyone = {row["id"] for row in ana.round("/me/contacts/delta")[0]}
    assert everyone == {row["id"] for row in listing(ana.sandbox, CONTACTS)}


def test_it_is_filled_once(sandbox: Sandbox) -> None:
    add_many(sandbox, events=10)
    assert sandbox.control("POST", f"/people/{ANA}/bulk", {"events": 10}, 409)["error"]
    for wrong in ({"events": -1}, {"contacts": 10**7}, {"events": "many"}):
        assert sandbox.control("POST", f"/people/{ANA}/bulk", wrong, 400)["error"]


def test_a_filled_mailbox_survives_a_restart(tmp_path: Path) -> None:
    state = seed(1)
    tenant = state.tenants[0]
    person, *colleagues = tenant.people.values()
    mailbox = tenant.mailboxes[person.oid]
    fill(mailbox, person, colleagues, events=300, contacts=50, today=datetime.now(UTC).date())
    keys = list(mailbox.events)
    mailbox.change_event(keys[-1], {"subject": "Another"})
    mailbox.delete_event(keys[-2])
    save_state(tmp_path, state)
    loaded = load_state(tmp_path)
    assert loaded is not None
    again = loaded.tenants[0].mailboxes[person.oid]
    assert dict(again.events) == dict(mailbox.events)
    assert dict(again.contacts) == dict(mailbox.contacts)
    assert again.events[keys[-1]].properties["subject"] == "Another"
    assert (tmp_path / "state.json").stat().st_size < 8 * 2**20


def make_bulk() -> Bulk[Contact]:
    recipe = Recipe("contacts", 5, "t" * 15, [{"displayName": "A"}, {"displayName": "B"}], change=3, modified="now")
    return Bulk(recipe, {"kept": Contact("kept", {}, 1, "before")}, Contact)


KEYS = [*make_bulk(), "unknown"]


@given(st.lists(st.tuples(st.sampled_from(["set", "delete"]), st.sampled_from(KEYS))))
def test_in_bulk_or_not_is_the_same_to_whoever_asks(steps: list[tuple[str, str]]) -> None:
    bulk, model = make_bulk(), dict(make_bulk())
    for number, (step, key) in enumerate(steps):
        if step == "set":
            bulk[key] = model[key] = Contact(key, {"displayName": str(number)}, 4 + number, "later")
        else:
            assert _removed(bulk, key) == _removed(model, key)
        assert len(bulk) == len(model) == len(list(bulk))
        assert dict(bulk) == model


def _removed(items: MutableMapping[str, Contact], key: str) -> bool:
    try:
        del items[key]
    except KeyError:
        return False
    return True


def test_the_same_seed_changes_the_same(sandbox: Sandbox) -> None:
    def after(*numbers: int) -> list[Any]:
        sandbox.control("POST", "/reset")
        for number in numbers:
            change_at_random(sandbox, number, 150)
        rows = [*listing(sandbox), *listing(sandbox, CONTACTS)]
        times = ("lastModifiedDateTime", "createdDateTime")
        return [{name: value for name, value in row.items() if name not in times} for row in rows]

    first = after(1, 2)
    assert after(1, 2) == first
    assert after(1, 3) != first


def test_random_changes_are_of_every_kind_and_told_by_rounds(ana: Graph) -> None:
    ana.prefer = f"{IMMUTABLE}, odata.maxpagesize=200"
    replica = Replica()
    rows, link, _pages = ana.round(VIEW, params=usual_window())
    people, further, _pages = ana.round("/me/contacts/delta")
    replica.apply(rows)
    known = {row["id"]: row["displayName"] for row in people}
    kinds: set[str] = set()
    for number in range(4):
        kinds |= set(change_at_random(ana.sandbox, number)["made"])
        rows, link, _pages = ana.round(link)
        replica.apply(rows)
        people, further, _pages = ana.round(further)
        known |= {row["id"]: row.get("displayName") for row in people}
        assert replica.shown() == shown(listing(ana.sandbox))
        present = {row["id"]: row["displayName"] for row in listing(ana.sandbox, CONTACTS)}
        assert {key: name for key, name in known.items() if name is not None} == present
    assert len(kinds) == 13


def test_rounds_told_awry_lead_to_the_same_end(ana: Graph) -> None:
    ana.prefer = f"{IMMUTABLE}, odata.maxpagesize=60"
    for kind in ("duplicates", "empty_page", "replayed", "unknown_removals", "masters_last", "other_ids"):
        ana.sandbox.fault(f"graph.{kind}")
    replica = Replica()
    rows, link, _pages = ana.round(VIEW, params=usual_window())
    replica.apply(rows)
    for number in range(10, 13):
        change_at_random(ana.sandbox, number, collections=["events"])
        rows, link, _pages = ana.round(link)
        replica.apply(rows)
        assert replica.shown() == shown(listing(ana.sandbox))


def test_only_some_may_change(sandbox: Sandbox) -> None:
    before = shown(listing(sandbox))
    made = change_at_random(sandbox, 1, 30, collections=["contacts"])["made"]
    assert set(made) <= {"add_contact", "rename_contact", "delete_contact"}
    assert shown(listing(sandbox)) == before
    for wrong in ({"seed": 1}, {"seed": 1, "count": 0}, {"count": 1}, {"seed": 1, "count": 1, "collections": ["cats"]}):
        assert sandbox.control("POST", f"/people/{ANA}/random-changes", wrong, 400)["error"]


def test_a_persons_page_does_both(sandbox: Sandbox, visitor: Browser) -> None:
    before = sandbox.people()[ANA]["events"]
    visitor.open(f"/control/people/{ANA}").press("Add very many", events="40", contacts="0")
    assert sandbox.people()[ANA]["events"] == before + 40
    names = shown(listing(sandbox))
    visitor.press("Change at random", seed="3", count="20")
    assert shown(listing(sandbox)) != names
