"""From the changes of mailboxes to the notifications that subscriptions want of them."""

import time
from uuid import uuid4

from sandbox.notifications.payload import change_row
from sandbox.tenant.journal import Change
from sandbox.tenant.mailbox import Json
from sandbox.tenant.model import Person
from sandbox.tenant.subscription import Subscription
from sandbox.world import World

_HELD_FOR = 1.0


def tell_changes(world: World) -> None:
    """Takes every mailbox's journal and leaves what is to be told in the outbox."""
    for tenant in world.state.tenants:
        for oid, mailbox in tenant.mailboxes.items():
            if changes := mailbox.take_journal():
                _tell(world, tenant.people[oid], changes)


def subscriptions_of(world: World, oid: str) -> list[Subscription]:
    """A person's subscriptions that are there now, oldest first."""
    now = time.time()
    return [row for row in world.state.subscriptions.values() if row.oid == oid and row.active(now)]


def _tell(world: World, person: Person, changes: list[Change]) -> None:
    for subscription in [row for row in world.state.subscriptions.values() if row.oid == person.oid]:
        for change in filter(subscription.wants, changes):
            if _is_told(world, person, subscription):
                _post(world, person.upn, subscription.notification_url, change_row(subscription, change))


def _is_told(world: World, person: Person, subscription: Subscription) -> bool:
    """Whether a change is told: not of a subscription that is over or paused, unless a fault has it so."""
    if subscription.deleted:
        return world.faults.take("notification.after_deletion", person.upn) is not None
    if subscription.paused or not subscription.active(time.time()):
        return False
    return world.faults.take("notification.lost", person.upn) is None


def _post(world: World, upn: str, url: str, row: Json) -> None:
    """Leaves a notification in the outbox, as the faults that are on will have it."""
    faults, outbox = world.faults, world.outbox
    if faults.take("notification.wrong_client_state", upn):
        row["clientState"] = f"not-{uuid4()}"
    if faults.take("notification.unknown_subscription", upn):
        row["subscriptionId"] = str(uuid4())
    if faults.take("notification.duplicate", upn):
        outbox.send(url, [row])
    if fault := faults.take("notification.out_of_order", upn):
        outbox.put_after_the_next(url, row, fault.seconds or _HELD_FOR)
    elif fault := faults.take("notification.batched", upn):
        outbox.put(url, row, fault.seconds or _HELD_FOR)
    else:
        outbox.put(url, row)
