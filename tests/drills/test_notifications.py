"""Notifications that are lost, doubled, out of order, forged or too many lose nothing and double nothing."""

from sandbox.fault_kinds import GROUPS
from tests.drills.conftest import ONLINE, Connected, all_mirrored
from tests.drills.machine import Machine
from tests.drills.people import Person
from tests.drills.tables import execute

KINDS = [kind.name for kind in GROUPS["Notifications"]]
AFTER_DELETION, LOST, BATCHED = "notification.after_deletion", "notification.lost", "notification.batched"
# What happens to a subscription so that its fault is met; the others are met by changes.
LIFECYCLE = {
    "notification.validation_missing": "subscriptionRemoved",
    "notification.validation_refused": "subscriptionRemoved",
    "notification.validation_skipped": "subscriptionRemoved",
    "subscription.limit_reached": "subscriptionRemoved",
    "subscription.not_found": "reauthorizationRequired",
    LOST: "missed",
}
BURST = 300
TIMES = 2
TOGETHER = 2  # seconds within which the sandbox gathers them, or lets one overtake the other
TIME_PASSES = "UPDATE calendar_integration_subscription SET next_attempt_at = now()"


def test_notifications_gone_wrong_lose_nothing(machine: Machine, connected: Connected) -> None:
    people = dict(zip(KINDS, connected(*ONLINE), strict=True))
    all_mirrored(machine, people.values())
    execute(machine.postgres.url, TIME_PASSES)  # since the other drills
    machine.until(lambda: are_subscribed(people), "everyone is subscribed")
    for kind, person in people.items():
        person.fault(kind, seconds=TOGETHER, count=TIMES)
    people[AFTER_DELETION].disconnect()
    for _ in range(3):
        for person in people.values():
            person.change(count=10)
    for kind, event in LIFECYCLE.items():
        for subscription in subscriptions(people[kind]):
            let_happen(people[kind], subscription, "lifecycle", {"event": event})
    let_happen(people[BATCHED], subscriptions(people[BATCHED])[0], "expire")
    machine.control("POST", f"/people/{people[LOST].email}/notifications", {"count": BURST})
    machine.until(lambda: not machine.control("GET", "/faults")["value"], "every fault was met")
    people[AFTER_DELETION].connect_again()
    all_mirrored(machine, people.values())
    assert all(subscription["delivered"] for subscription in subscriptions(people["notification.duplicate"]))
    for person in people.values():
        person.change()
    all_mirrored(machine, people.values())
    execute(machine.postgres.url, TIME_PASSES)
    machine.until(lambda: are_subscribed(people), "everyone is subscribed again")


def are_subscribed(people: dict[str, Person]) -> bool:
    """To events and to contacts, once each."""
    return all(len(subscriptions(person)) == 2 for person in people.values())


def let_happen(person: Person, subscription: dict[str, object], what: str, body: object = None) -> None:
    """Something at Microsoft, to this subscription."""
    person.machine.control("POST", f"/people/{person.email}/subscriptions/{subscription['id']}/{what}", body)


def subscriptions(person: Person) -> list[dict[str, object]]:
    """What Microsoft notifies the portal of, for this person."""
    return list(person.machine.control("GET", f"/people/{person.email}/subscriptions")["value"])
