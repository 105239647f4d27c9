"""Notifications that are lost, doubled, out of order, forged or too many lose nothing and double nothing."""

from sandbox.fault_kinds import GROUPS
from tests.drills.conftest import ONLINE, Connected, all_mirrored
from tests.drills.machine import Machine
from tests.drills.people import Person

KINDS = [kind.name for kind in GROUPS["Notifications"]]
LIFECYCLE = ("missed", "subscriptionRemoved", "reauthorizationRequired")
BURST = 300
TOGETHER = 2  # seconds within which the sandbox gathers them, or lets one overtake the other


def test_notifications_gone_wrong_lose_nothing(machine: Machine, connected: Connected) -> None:
    people = connected(*ONLINE)
    all_mirrored(machine, people)
    machine.until(lambda: all(len(subscriptions(person)) == 2 for person in people), "everyone is subscribed")
    for person, kind in zip(people, KINDS, strict=False):
        person.fault(kind, seconds=TOGETHER)
    for _ in range(3):
        for person in people:
            person.change(count=10)
    for person, event in zip(people, LIFECYCLE, strict=False):
        for subscription in subscriptions(person):
            path = f"/people/{person.email}/subscriptions/{subscription['id']}"
            machine.control("POST", f"{path}/lifecycle", {"event": event})
    machine.control("POST", f"/people/{people[-1].email}/notifications", {"count": BURST})
    all_mirrored(machine, people)
    doubled = people[KINDS.index("notification.duplicate")]
    assert all(subscription["delivered"] for subscription in subscriptions(doubled))
    machine.control("DELETE", "/faults")
    for person in people:
        person.change()
    all_mirrored(machine, people)
    machine.until(lambda: all(len(subscriptions(person)) == 2 for person in people), "everyone is subscribed again")


def subscriptions(person: Person) -> list[dict[str, object]]:
    """What Microsoft notifies the portal of, for this person."""
    return list(person.machine.control("GET", f"/people/{person.email}/subscriptions")["value"])
