"""One worker per mailbox: a lease in the database, which a killed worker loses by itself."""

import logging
import time
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.db.models import Q, QuerySet

from calendar_integration import clock
from calendar_integration.errors import LeaseLostError
from calendar_integration.models import ACTIVE_STATES, Connection

LEASE = timedelta(seconds=settings.SYNC_LEASE_SECONDS)
LONGEST_OUTAGE = timedelta(hours=1)
AGAIN_SECONDS = 1.0  # after which a database that was away is asked again

logger = logging.getLogger(__name__)


@contextmanager
def lease(connection_id: int) -> Iterator[uuid.UUID | None]:
    """Hold the mailbox for the block; None where another worker holds it."""
    lease_id = uuid.uuid4()
    now = clock.now()
    free = Connection.objects.filter(Q(lease_until=None) | Q(lease_until__lt=now), pk=connection_id)
    if not free.update(lease_id=lease_id, lease_until=now + LEASE):
        yield None
        return
    try:
        yield lease_id
    finally:
        give_back_for_sure(lease_id, [connection_id])


def give_back(lease_id: uuid.UUID, connection_ids: list[int]) -> None:
    """Let others have these mailboxes; what is no longer ours stays as it is."""
    held = Connection.objects.filter(pk__in=connection_ids, lease_id=lease_id)
    try:
        held.update(lease_id=None, lease_until=None)
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block:
            raise
        # The database was restarted under us. One that stays away takes the lease back when it runs out.
        connection.close()
        held.update(lease_id=None, lease_until=None)


def give_back_for_sure(lease_id: uuid.UUID, connection_ids: list[int]) -> None:
    """The same where nothing else is left to do: while the database is away it is waited for, up to an hour.

    Otherwise each of these mailboxes would look as if a worker had died at it. What somebody else has meanwhile stays
    theirs.
    """
    until = time.monotonic() + LONGEST_OUTAGE.total_seconds()
    while True:
        try:
            return give_back(lease_id, connection_ids)
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block or time.monotonic() > until:
                raise
            logger.warning("%s mailboxes are given back when the database is there again", len(connection_ids))
            time.sleep(AGAIN_SECONDS)


def ours(connection_id: int, lease_id: uuid.UUID) -> QuerySet[Connection]:
    """The connection, if this worker may still write about it."""
    return all_ours([connection_id], lease_id)


def all_ours(connection_ids: Collection[int], lease_id: uuid.UUID) -> QuerySet[Connection]:
    """Those of these connections that this worker may still write about."""
    return Connection.objects.filter(pk__in=connection_ids, lease_id=lease_id, state__in=ACTIVE_STATES)


def extend(connection_id: int, lease_id: uuid.UUID) -> None:
    """Hold it for another lease.

    Raises LeaseLostError where another worker has taken it over, or its owner has disconnected or connected anew.
    """
    if not ours(connection_id, lease_id).update(lease_until=clock.now() + LEASE):
        raise LeaseLostError("Another worker has taken this mailbox over.")


def extend_all(lease_id: uuid.UUID, connection_ids: list[int]) -> None:
    """Hold those of these mailboxes that are still ours for another lease."""
    Connection.objects.filter(pk__in=connection_ids, lease_id=lease_id).update(lease_until=clock.now() + LEASE)


def confirm(connection_id: int, lease_id: uuid.UUID) -> None:
    """Lock the connection in the caller's transaction; from here to its end nobody else can take it over.

    Raises LeaseLostError where somebody has.
    """
    if not ours(connection_id, lease_id).select_for_update().values_list("pk").first():
        raise LeaseLostError("Another worker has taken this mailbox over.")
