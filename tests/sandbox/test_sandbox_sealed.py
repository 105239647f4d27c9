"""Mailboxes of the seed are read when somebody looks; nobody can tell them from those that were read at once."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.scenario import seed
from sandbox.tenant import bulk
from sandbox.tenant.sealed import Sealed
from sandbox.world import State

KEYS, VALUES = st.sampled_from("abc"), st.integers(0, 9)
STEPS = st.lists(st.tuples(st.sampled_from(["set", "delete", "get", "count", "list"]), KEYS, VALUES))


def saved(state: object) -> Any:
    """What is in the snapshot."""
    return orjson.loads(orjson.dumps(state, default=bulk.plain))


@given(st.dictionaries(KEYS, VALUES), STEPS)
def test_it_is_a_dict_whenever_it_is_opened(items: dict[str, int], steps: list[tuple[str, str, int]]) -> None:
    rows = orjson.dumps({key: {"value": value} for key, value in items.items()})
    sealed = Sealed[int](rows, len(items), lambda row: int(row["value"]))
    for step, key, value in steps:
        if step == "set":
            items[key] = sealed[key] = value
        elif step == "delete" and key in items:
            del items[key], sealed[key]
        elif step == "get":
            assert sealed.get(key) == items.get(key)
        elif step == "count":
            assert len(sealed) == len(items)
        elif step == "list":
            assert list(sealed.items()) == list(items.items())
    assert dict(sealed) == items


def test_what_is_not_there_cannot_be_deleted() -> None:
    with pytest.raises(KeyError):
        del Sealed(b"{}", 0, dict)["a"]


def test_the_snapshot_is_the_same_before_and_after_everybody_was_looked_at() -> None:
    state = seed(3)
    before = saved(state)
    for tenant in state.tenants:
        for mailbox in tenant.mailboxes.values():
            assert len(mailbox.events) == len(list(mailbox.events.values())) > 0
            assert len(mailbox.contacts) == len(list(mailbox.contacts.values())) > 0
            assert mailbox.generation == 3
    assert saved(state) == before
    assert saved(State.load(before)) == saved(state)


def test_what_is_changed_in_one_generation_is_not_in_the_next() -> None:
    first, second = (seed(number).tenants[0] for number in (1, 2))
    oid = next(iter(first.mailboxes))
    key = next(iter(first.mailboxes[oid].events))
    first.mailboxes[oid].events[key].properties["subject"] = "changed"
    del first.mailboxes[oid].contacts[next(iter(first.mailboxes[oid].contacts))]
    assert second.mailboxes[oid].events[key].properties["subject"] != "changed"
    assert len(second.mailboxes[oid].contacts) == len(first.mailboxes[oid].contacts) + 1
