"""Mailboxes at which workers die, or at which we make mistakes: set aside, and tried once a day only."""

from datetime import datetime
from typing import Any

from django.db import connection as database

from calendar_integration import clock, queueing
from calendar_integration.models import ACTIVE_STATES, Connection
from calendar_integration.sync.back_off import MOST_DEATHS, SET_ASIDE_FOR, jittered, why_set_aside
from calendar_integration.sync.kinds import FailureKind

INTERRUPTED = "Reading your mailbox was interrupted on our side. Atrium tries again by itself."
BURY = f"""
UPDATE {Connection._meta.db_table} AS mailbox
SET lease_id = NULL, lease_until = NULL, claimed_until = NULL, worker_deaths = worker_deaths + 1,
    failures = failures + 1, last_error = %(words)s, failure_kind = %(kind)s,
    failing_since = COALESCE(failing_since, %(now)s),
    next_attempt_at = CASE WHEN next_attempt_at IS NULL THEN NULL ELSE %(now)s END
FROM (SELECT id AS dead_id FROM {Connection._meta.db_table}
      WHERE lease_until < %(now)s AND state = ANY(%(states)s) FOR UPDATE SKIP LOCKED) AS dead
WHERE id = dead_id
RETURNING id, worker_deaths
"""  # noqa: S608 - names of our own table


def bury() -> int:
    """Take the leases that have run out from workers that must be dead, and count; answers how many there were.

    The mailboxes are due at once, each alone, except where too many workers died at them.
    """
    parameters: dict[str, Any] = {
        "now": clock.now(),
        "words": INTERRUPTED,
        "kind": FailureKind.WORKER_DIED.value,
        "states": [state.value for state in ACTIVE_STATES],  # of any other, the words that it has say why
    }
    with database.cursor() as cursor:
        cursor.execute(BURY, parameters)
        dead = cursor.fetchall()
    for connection_id, deaths in dead:
        if deaths >= MOST_DEATHS:
            Connection.objects.filter(pk=connection_id, worker_deaths=deaths).update(**changes(deaths, 0))
    return len(dead)


def changes(deaths: int, mistakes: int, detail: str = "", since: datetime | None = None) -> dict[str, object]:
    """What to write of a mailbox after so many deaths and mistakes in a row; nothing where it is not set aside."""
    because = why_set_aside(deaths, mistakes, detail)
    if not because:
        return {}
    now = clock.now()
    return {
        "set_aside_at": since or now,
        "set_aside_because": because[:200],
        "next_attempt_at": now + jittered(SET_ASIDE_FOR, 0.9, 1),
    }


def retry_now(connection: Connection) -> bool:
    """Try a mailbox that waits, set aside or not; answers whether there is anything to try.

    It counts as set aside until it has been read.
    """
    now = clock.now()
    waiting = Connection.objects.filter(pk=connection.pk, state__in=ACTIVE_STATES, next_attempt_at__isnull=False)
    if not waiting.update(next_attempt_at=now):
        return False
    queueing.enqueue_sync(connection.pk)
    return True
