"""From the changes of mailboxes to the notifications that subscriptions want of them."""

import time

from sandbox.notifications.payload import change_row
from sandbox.tenant.journal import Change
from sandbox.tenant.model import Person
from sandbox.tenant.subscription import Subscription
from sandbox.world import World


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
    for subscription in subscriptions_of(world, person.oid):
        if subscription.paused:
            continue
        for change in filter(subscription.wants, changes):
            world.outbox.put(subscription.notification_url, change_row(subscription, change))
