"""From notifications to mailboxes that are due: a fixed number of statements, whatever was sent."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from calendar_integration import clock
from calendar_integration.models import Listening, Subscription
from calendar_integration.notifications.reading import Event, Notification
from calendar_integration.subscriptions import client_state
from calendar_integration.sync.hurrying import hurry

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Received:
    """What is worth nudging the queue for: mailboxes that are due now, subscriptions that are."""

    has_due_mailboxes: bool = False
    has_due_subscriptions: bool = False


@dataclass(frozen=True)
class Genuine:
    """A notification of one of our subscriptions, by somebody who knows its clientState."""

    subscription: int
    connection: int
    event: Event


def receive(notifications: Sequence[Notification]) -> Received:
    """Note what was told. Notifications of unknown subscriptions, or with another secret or tenant, are ignored."""
    genuine = _genuine(notifications)
    if len(genuine) < len(notifications):
        logger.info("%s of %s notifications are not ours", len(notifications) - len(genuine), len(notifications))
    if not genuine:
        return Received()
    lifecycle = [one for one in genuine if one.event is not Event.CHANGE]
    if lifecycle:
        _note_lifecycle(lifecycle)
    notified = [one.subscription for one in genuine if one.event is Event.CHANGE]
    due = hurry({one.connection for one in genuine}, notified=notified)
    return Received(has_due_mailboxes=due > 0, has_due_subscriptions=bool(lifecycle))


def _genuine(notifications: Sequence[Notification]) -> list[Genuine]:
    ids = {notification.subscription_id for notification in notifications}
    rows = Subscription.objects.filter(remote_id__in=ids - {""})
    columns = ("remote_id", "pk", "connection", "state_digest", "connection__tenant_id")
    known = {row[0]: row[1:] for row in rows.values_list(*columns)} if ids else {}
    genuine = []
    for one in notifications:
        subscription, connection, digest, tenant_id = known.get(one.subscription_id, (0, 0, "", None))
        if subscription and client_state.is_right(one.client_state, digest) and str(tenant_id) == one.tenant_id:
            genuine.append(Genuine(subscription, connection, one.event))
    return genuine


@transaction.atomic
def _note_lifecycle(genuine: Sequence[Genuine]) -> None:
    """What happened to subscriptions, each in one statement, at a time when no worker judges them.

    One that was removed is made anew; one that has to be reauthorized is renewed, which does it too; where some
    notifications were lost, those are in doubt.
    """
    now = clock.now()
    mailboxes = Listening.objects.filter(connection__in={one.connection for one in genuine})
    list(mailboxes.order_by("connection").select_for_update().values_list("pk"))
    _those(genuine, Event.MISSED).update(doubted_at=now)
    _those(genuine, Event.REAUTHORIZATION_REQUIRED).update(next_attempt_at=now)
    gone = {"remote_id": "", "subscribed_at": None, "expires_at": None}
    _those(genuine, Event.SUBSCRIPTION_REMOVED).update(next_attempt_at=now, **gone)


def _those(genuine: Sequence[Genuine], event: Event) -> QuerySet[Subscription]:
    return Subscription.objects.filter(pk__in=[one.subscription for one in genuine if one.event is event])
