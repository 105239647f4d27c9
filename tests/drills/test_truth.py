"""The page never says "up to date" of what is not."""

from functools import partial

from tests.drills.conftest import Connected, all_mirrored
from tests.drills.machine import Machine
from tests.drills.people import UP_TO_DATE, Person
from tests.drills.tables import Mailbox


def has_failed_thrice(person: Person) -> bool:
    return bool(Mailbox(person).connection["failures"] >= 3)


def is_up_to_date(person: Person) -> bool:
    return UP_TO_DATE in person.status()


def test_the_page_says_up_to_date_only_while_it_is(machine: Machine, connected: Connected) -> None:
    sam, finn = people = connected("Sam Okafor", "Finn Carter")
    all_mirrored(machine, people)
    machine.until(lambda: all(UP_TO_DATE in person.status() for person in people), "up to date")
    sam.fault("graph.unavailable")
    finn.fault("ews.unavailable")
    for person in people:
        person.change(seed=11)
    for person in people:
        machine.until(partial(has_failed_thrice, person), "failed again and again")
        assert UP_TO_DATE not in person.status()
        assert not Mailbox(person).is_mirror
    machine.until(lambda: all("Out of date" in person.status() for person in people), "out of date")
    machine.control("DELETE", "/faults")
    for person in people:
        machine.until(partial(is_up_to_date, person), "up to date again")
        assert Mailbox(person).is_mirror
