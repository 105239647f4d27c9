"""What time it is for all processes alike: PostgreSQL's time, since the clocks of machines may be minutes apart.

Leases, schedules and good syncs are written by one process and judged by another. With a time of its own, each one
would take a living worker's mailbox for a dead one's, or let a mailbox wait that is due.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import connection as database
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

logger = logging.getLogger(__name__)

AGREES_WITHIN = timedelta(seconds=2)  # less than that is as good as the same time
_ours_is_behind: timedelta | None = timedelta()


def look_first() -> None:
    """Have this process, and those that are forked from it, look at the database's clock before they tell the time.

    A worker may take a lease with its first statement; whoever shows a page has read who asks for it.
    """
    global _ours_is_behind
    _ours_is_behind = None


def now() -> datetime:
    """The time of the database, in UTC, by this machine's clock and what it was off by at the last look."""
    if _ours_is_behind is None:
        database.ensure_connection()  # which compares
    return timezone.now() + (_ours_is_behind or timedelta())


def compare(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    """Look how far off this machine's clock is: at every new connection, which is every few minutes."""
    global _ours_is_behind
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        behind = cursor.fetchone()[0] - timezone.now()
    behind = behind if abs(behind) > AGREES_WITHIN else timedelta()
    if abs(behind - (_ours_is_behind or timedelta())) > AGREES_WITHIN:
        seconds = behind.total_seconds()
        logger.warning("the clock of this machine is %.0f seconds off the database's, which counts", -seconds)
    _ours_is_behind = behind
