"""Putting a mailbox into the queue. The queue only makes it sooner: the schedule is in the database."""

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

SYNC_TASK = "calendar_integration.sync_connection"


def enqueue_sync(connection_id: int) -> None:
    """Ask for a sync of this connection once the transaction under way commits."""
    transaction.on_commit(lambda: send(connection_id))


def send(connection_id: int) -> None:
    """Ask for it now. With the queue out of reach nothing is lost: the schedule finds it when it is due."""
    try:
        current_app.send_task(SYNC_TASK, [connection_id], retry=False)
    except OperationalError as error:
        logger.warning("connection %s waits for the schedule, the queue is out of reach: %s", connection_id, error)
