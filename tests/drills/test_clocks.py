"""Two workers whose clocks are minutes off, one fast and one slow, with everything else on the right time."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from tests.drills.conftest import Connected, all_mirrored
from tests.drills.machine import Machine
from tests.drills.people import UP_TO_DATE, Person
from tests.drills.shifted_worker import SAID
from tests.drills.tables import rows

ONLINE = ("Ana Lima", "Bo Lindqvist", "Ed Haas", "Mia Brandt", "Sam Okafor")
ON_PREMISES = ("Finn Carter", "Gia Marino")
OFF = {"worker-ahead": 420, "worker-behind": -420}  # seconds
PROCESSES = 2  # of each
LIFETIME = 15  # seconds, of tokens
LARGE = 2_000  # meetings: a first sync that takes a while
LEASE, LONGEST_INTERVAL = 20, 11  # seconds, as in machine.HURRIED, with jitter
TIMES = """
SELECT EXTRACT(EPOCH FROM max(last_good_sync_at) - now()) AS checked,
    EXTRACT(EPOCH FROM max(lease_until) - now()) AS held, EXTRACT(EPOCH FROM max(next_attempt_at) - now()) AS due,
    count(set_aside_at) AS set_aside, max(worker_deaths) AS deaths
FROM calendar_integration_connection WHERE state IN ('active', 'stale')
"""
CHECKED = re.compile(r"[Ll]ast checked (just now|\d+ seconds ago)")


def test_clocks_that_are_minutes_off_lose_nothing(machine: Machine, connected: Connected) -> None:
    people = connected(*ONLINE, *ON_PREMISES)
    all_mirrored(machine, people)
    died = machine.restarts.copy()
    machine.control("POST", "/people/rosa@contoso.example/bulk", {"events": LARGE, "contacts": 200})
    machine.control("POST", "/tokens", {"lifetime_seconds": LIFETIME})
    for person in people:  # whose tokens live for an hour still
        person.fault(f"{'ews' if person.by_ews else 'graph'}.unauthorized", count=1)
    with workers_on_other_time(machine):
        machine.control("PUT", "/latency", {"milliseconds": 300})
        people += connected("Rosa Vidal")
        work_until_tokens_are_refused(machine, people)
        machine.control("PUT", "/latency", {"milliseconds": 0})
        all_mirrored(machine, people)
        for person in people:
            machine.until(partial(is_checked_just_now, person), f"{person.name} is up to date")
    assert machine.restarts == died


@contextmanager
def workers_on_other_time(machine: Machine) -> Iterator[None]:
    """The workers replaced by those whose clocks are off, which both have to work; at the end it is the usual one."""
    usual = machine.commands["worker"]
    machine.retire("worker")
    for name, seconds in OFF.items():
        shifted = usual.replace("-m celery", f"-m tests.drills.shifted_worker {seconds}")
        machine.commands[name] = f"{shifted} --hostname {name}@%h"
        machine.start(name)
    try:
        for name, seconds in OFF.items():
            machine.until(
                partial(says, machine, name, SAID.format(seconds // 60), PROCESSES), f"the clock of {name} is off"
            )
        yield
        for name in OFF:
            machine.until(partial(says, machine, name, " done", 2), f"{name} has read mailboxes")
    finally:
        for name in OFF:
            machine.retire(name)
        machine.start("worker")


def says(machine: Machine, name: str, what: str, times: int) -> bool:
    """Whether a part has said this so often."""
    return machine.log(name).count(what) >= times


def work_until_tokens_are_refused(machine: Machine, people: list[Person]) -> None:
    """Mailboxes change until a token has run out that the slow worker takes for a fresh one. No time is ever absurd."""
    machine.until(lambda: not machine.control("GET", "/faults")["value"], "all have short-lived tokens")
    machine.control("DELETE", "/requests")

    def is_refused() -> bool:
        people[0].change(count=2)
        check_times(machine)
        return any(call["status"] == 401 for call in machine.control("GET", "/requests"))

    for person in people:
        person.change()
    machine.until(is_refused, "a token was refused")


def check_times(machine: Machine) -> None:
    """Nothing is read in the future, held or due after longer than usual; no worker that lives counts as dead."""
    (times,) = rows(machine.postgres.url, TIMES)
    assert times["checked"] < 1
    assert (times["held"] or 0) < LEASE + 1
    assert times["due"] < max(LEASE, LONGEST_INTERVAL) + 1
    assert not times["set_aside"]
    assert not times["deaths"]


def is_checked_just_now(person: Person) -> bool:
    status = person.status()
    return UP_TO_DATE in status and CHECKED.search(status) is not None
