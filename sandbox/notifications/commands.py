"""What can be made to happen to a person's subscriptions: lifecycle events, an early end, a burst."""

import time
from itertools import cycle, islice
from uuid import uuid4

from sandbox.notifications.payload import LifecycleEvent, change_row, lifecycle_row
from sandbox.notifications.telling import subscriptions_of
from sandbox.tenant.journal import Change, Collection
from sandbox.tenant.mailbox import Mailbox
from sandbox.tenant.subscription import Subscription
from sandbox.world import World


def happen(world: World, subscription: Subscription, event: LifecycleEvent) -> None:
    """A lifecycle event, told where the subscription has an address for it.

    One that was removed is gone; one that has to be reauthorized is paused until it is reauthorized or renewed.
    """
    if event == "subscriptionRemoved":
        world.state.subscriptions.pop(subscription.id, None)
    if event == "reauthorizationRequired":
        subscription.paused = True
    if subscription.lifecycle_url:
        world.outbox.put(subscription.lifecycle_url, lifecycle_row(subscription, event))
    world.changed()


def expire(world: World, subscription: Subscription) -> None:
    """The subscription ends now, and nobody is told."""
    subscription.expires_at = time.time()
    world.changed()


def burst(world: World, oid: str, mailbox: Mailbox, count: int) -> int:
    """So many notifications of changes that never were, each in a POST of its own; how many were sent."""
    ends = [(row, _keys(mailbox, row.collection)) for row in subscriptions_of(world, oid) if not row.paused]
    rounds = cycle([(row, cycle(keys)) for row, keys in ends])
    for row, keys in islice(rounds, count):
        change = Change(row.collection, "updated", next(keys), mailbox.change)
        world.outbox.send(row.notification_url, [change_row(row, change)])
    return count if ends else 0


def _keys(mailbox: Mailbox, collection: Collection) -> list[str]:
    """Some keys; a made-up one of an empty mailbox."""
    items = mailbox.events if collection == "events" else mailbox.contacts
    return list(islice(items, 50)) or [uuid4().hex[:22]]
