"""Making and renewing the subscriptions of a mailbox, under its lease and with its token.

No transaction is open while Graph is waited for. Graph calls our endpoints before it answers, so that whoever runs this
is not the process, or not the thread, that answers them.
"""

import logging
import random
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from calendar_integration import clock, queueing, tokens
from calendar_integration.clients.graph_answers import ItemNotFoundError
from calendar_integration.clients.graph_subscriptions import Endpoints, GraphSubscriptions
from calendar_integration.errors import AccessDeniedError, CalendarError, LeaseLostError
from calendar_integration.integration_setting import Method
from calendar_integration.models import ACTIVE_STATES, Connection, Subscription
from calendar_integration.subscriptions import client_state
from calendar_integration.subscriptions.upkeep import Step, renewal_at, step_for, wait_after
from calendar_integration.sync import leases
from calendar_integration.sync.hurrying import hurry

logger = logging.getLogger(__name__)

LATER = timedelta(minutes=15)  # when a mailbox that cannot be read just now is looked at again


def keep(connection_id: int) -> None:
    """Make or renew those subscriptions of a mailbox that are due.

    Where there is a new one the mailbox is read at once: what changed before it was there, nobody announces.
    """
    due = Subscription.objects.filter(connection=connection_id, next_attempt_at__lte=clock.now() + queueing.CLAIM)
    readable = Connection.objects.filter(state__in=ACTIVE_STATES, method=Method.GRAPH, failures=0).exclude(
        account__circuit__opened_at__isnull=False
    )
    if not readable.filter(pk=connection_id).exists():
        due.update(next_attempt_at=clock.now() + LATER)
        return
    with leases.lease(connection_id) as lease_id:
        connection = readable.filter(pk=connection_id).first() if lease_id else None
        if lease_id is None or connection is None:
            return  # somebody else has it: it is due again in two minutes
        try:
            has_new = _keep_all(connection, lease_id, list(due.order_by("-kind")))
        except LeaseLostError:
            return
    if has_new and hurry([connection_id]):
        queueing.nudge(queueing.DISPATCH_TASK)


def _keep_all(connection: Connection, lease_id: uuid.UUID, due: Sequence[Subscription]) -> bool:
    """Whether one of them is new. What fails waits; a mailbox without a token fails for all of them."""
    has_new = False
    for subscription in due:
        try:
            has_new |= _keep_one(GraphSubscriptions(tokens.access_token(connection)), subscription, lease_id)
        except LeaseLostError:
            raise
        except CalendarError as error:
            _note_failure(subscription, error)
    return has_new


def _keep_one(graph: GraphSubscriptions, subscription: Subscription, lease_id: uuid.UUID) -> bool:
    """Whether it is new."""
    has_moved = subscription.notification_url != settings.NOTIFICATION_URL
    step = step_for(subscription.remote_id, subscription.expires_at, has_moved=has_moved, now=clock.now())
    if step is Step.RENEW:
        try:
            _save(subscription, lease_id, expires_at=graph.renew(subscription.remote_id))
        except ItemNotFoundError:
            logger.info("%s is gone at Microsoft and is made anew", subscription)
        else:
            return False
    _create(graph, subscription, lease_id)
    return True


def _create(graph: GraphSubscriptions, subscription: Subscription, lease_id: uuid.UUID) -> None:
    secret = client_state.new()
    made = graph.create(subscription.kind, endpoints(), secret)
    _save(
        subscription,
        lease_id,
        remote_id=made.remote_id,
        state_digest=client_state.digest(secret),
        notification_url=settings.NOTIFICATION_URL,
        subscribed_at=clock.now(),
        expires_at=made.expires_at,
    )


def endpoints() -> Endpoints:
    """Our own addresses, as Microsoft reaches them."""
    base = settings.NOTIFICATION_URL
    return Endpoints(base + reverse("graph_changes"), base + reverse("graph_lifecycle"))


def _save(subscription: Subscription, lease_id: uuid.UUID, **values: Any) -> None:
    """Write it down where the mailbox is still ours; else Graph's subscription is left to expire."""
    renewal = renewal_at(values["expires_at"], now=clock.now())
    with transaction.atomic():
        leases.confirm(subscription.connection_id, lease_id)
        Subscription.objects.filter(pk=subscription.pk).update(
            next_attempt_at=renewal, failures=0, last_error="", **values
        )


def _note_failure(subscription: Subscription, error: CalendarError) -> None:
    """Remember it, and wait; polling goes on meanwhile as if there were no notifications."""
    logger.warning("%s: %s", subscription, error)
    wait = wait_after(
        subscription.failures,
        is_forbidden=isinstance(error, AccessDeniedError),
        retry_after=error.retry_after,
        jitter=random.random(),  # noqa: S311 - spreads mailboxes, keeps no secret
    )
    Subscription.objects.filter(pk=subscription.pk).update(
        next_attempt_at=clock.now() + wait, failures=subscription.failures + 1, last_error=str(error)[:300]
    )
