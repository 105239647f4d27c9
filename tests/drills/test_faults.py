"""Every fault of Graph and of Exchange, one to a mailbox and many at once: when they are over, nothing is missing."""

from collections.abc import Sequence
from contextlib import suppress
from itertools import zip_longest

import pytest

from sandbox.fault_kinds import GROUPS
from tests.drills.conftest import ON_PREMISES, ONLINE, Connected, all_mirrored
from tests.drills.machine import Machine
from tests.drills.people import Person
from tests.drills.tables import Mailbox

# What Atrium gives no occasion to: it sends no batches, asks for immutable ids only, and nobody declines here.
# The last holds for whatever is told meanwhile, and is not counted.
UNCOUNTED = {"graph.batch_throttled", "graph.other_ids", "graph.keeps_declined", "graph.bare_series_removal"}
# What they leave out, or leave as it was, is read again with the next full round, which is once a day.
LASTING = {"graph.unreadable_item", "graph.unreadable_instance", "graph.master_not_found", "ews.unreadable_item"}
ENDING = {"ews.moved"}  # after this a person has to connect again
RARE = {"graph.duplicates"}  # in rounds of several pages only
TIMES = 2
MOST_ATTEMPTS = 4
MANY = 1_000  # changes, which a round tells on several pages
NUMBERS = {"retry_after": 3, "seconds": 600, "status": 502}
LONGER_THAN_WE_WAIT = 25  # seconds


def in_turns(kinds: Sequence[str], people: Sequence[str]) -> list[dict[str, str]]:
    """Who meets which fault, in as few turns as there are people for."""
    turns = [kinds[start : start + len(people)] for start in range(0, len(kinds), len(people))]
    return [dict(zip(people, turn, strict=False)) for turn in turns]


GRAPH, EXCHANGE = ([kind.name for kind in GROUPS[group] if kind.name not in LASTING] for group in ("Graph", "Exchange"))
TURNS = [
    {**(online or {}), **(on_premises or {})}
    for online, on_premises in zip_longest(in_turns(GRAPH, ONLINE), in_turns(EXCHANGE, ON_PREMISES))
]


@pytest.mark.parametrize("turn", TURNS)
def test_nothing_is_lost_by_any_fault(machine: Machine, connected: Connected, turn: dict[str, str]) -> None:
    people = connected(*turn)
    all_mirrored(machine, people)
    died = machine.restarts.copy()
    for person in people:
        begin(person, turn[person.name])
    for _attempt in range(MOST_ATTEMPTS):
        if not (unmet := wait_until_met(machine)):
            break
        for person in people:
            if turn[person.name] in unmet:
                person.change(count=MANY)
    assert not unmet
    machine.control("DELETE", "/faults")
    for person in people:
        if turn[person.name] in ENDING:
            come_back(machine, person)
    all_mirrored(machine, people)
    for person in people:
        person.change()
    all_mirrored(machine, people)
    assert machine.restarts == died


def begin(person: Person, kind: str) -> None:
    """A fault for this mailbox, and something that it has to tell under it."""
    known = next(each for kinds in GROUPS.values() for each in kinds if each.name == kind)
    numbers = {option: NUMBERS[option] for option in known.options}
    if kind.endswith("slow"):
        numbers["seconds"] = LONGER_THAN_WE_WAIT
    times = 1 if kind in ENDING | RARE or kind.endswith("slow") else TIMES
    person.fault(kind, count=times, **numbers)
    person.change()


def wait_until_met(machine: Machine) -> set[str]:
    """Wait until every fault was met as often as it may be; answers those that only certain changes meet."""
    with suppress(AssertionError):
        machine.until(lambda: not kinds_on(machine), "every fault was met", 20)
    return kinds_on(machine)


def kinds_on(machine: Machine) -> set[str]:
    """The faults that have not been met as often as they may, but for those that nobody counts."""
    return {fault["kind"] for fault in machine.control("GET", "/faults")["value"]} - UNCOUNTED


def come_back(machine: Machine, person: Person) -> None:
    """Atrium says that it cannot read this mailbox, and why; its owner connects again, and it can."""
    mailbox = Mailbox(person)
    machine.until(lambda: mailbox.connection["state"] == "mailbox_unsupported", "unsupported")
    page = person.status()
    assert "Up to date" not in page
    assert "no mailbox here" in page or "no longer on your company" in page, page
    person.connect_again()
