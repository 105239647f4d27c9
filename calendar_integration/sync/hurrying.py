"""Reading mailboxes sooner than they are due, because something calls for it; swarms of calls make one sync or two."""

from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.db import connection as database
from django.db.models import Q

from calendar_integration import clock
from calendar_integration.models import ACTIVE_STATES, Connection, Listening, Subscription
from calendar_integration.queueing import CLAIM
from calendar_integration.sync.interval import AGAIN_AFTER
from calendar_integration.sync.listening import base

# It waits for `listening` rows only, which are locked for moments, and never for a connection, which a worker locks for
# as long as it writes a round, and then looks at told_at. One that fails keeps to its back-off.
HURRY = f"""
WITH heard AS MATERIALIZED (
    SELECT id, connection_id, unread_since FROM {Listening._meta.db_table}
    WHERE connection_id = ANY(%(connections)s) ORDER BY connection_id FOR UPDATE
), noted AS (
    UPDATE {Subscription._meta.db_table} SET notified_at = %(now)s
    WHERE id = ANY(%(notified)s) AND connection_id IN (SELECT connection_id FROM heard)
), free AS (
    SELECT mailbox.id, GREATEST(%(now)s, mailbox.last_good_sync_at + %(again_after)s) AS due
    FROM {Connection._meta.db_table} AS mailbox JOIN heard ON heard.connection_id = mailbox.id
    WHERE heard.unread_since IS NULL AND mailbox.state = ANY(%(states)s) AND mailbox.failures = 0
      AND (mailbox.claimed_until IS NULL OR mailbox.claimed_until < %(now)s)
    FOR UPDATE OF mailbox SKIP LOCKED
), hurried AS (
    UPDATE {Connection._meta.db_table} AS mailbox SET next_attempt_at = free.due
    FROM free WHERE mailbox.id = free.id AND mailbox.next_attempt_at > free.due
    RETURNING mailbox.next_attempt_at
), told AS (
    UPDATE {Listening._meta.db_table} AS listening
    SET told_at = %(now)s, unread_since = COALESCE(listening.unread_since, %(now)s)
    FROM heard WHERE listening.id = heard.id
)
SELECT count(*) FILTER (WHERE next_attempt_at <= %(now)s) FROM hurried
"""  # noqa: S608 - names of our own tables
# Beyond two intervals are only polls that were stretched while notifications worked. They come back over one.
BRING_BACK = f"""
UPDATE {Connection._meta.db_table} AS mailbox SET next_attempt_at = %(now)s + random() * %(base)s
FROM (SELECT id AS waiting_id FROM {Connection._meta.db_table}
      WHERE state = ANY(%(states)s) AND next_attempt_at > %(now)s + 2 * %(base)s AND failures = 0
      ORDER BY next_attempt_at DESC LIMIT %(most)s FOR UPDATE SKIP LOCKED) AS waiting
WHERE id = waiting_id
"""  # noqa: S608 - names of our own tables
MOST_BROUGHT_BACK = 20_000  # in one statement; the rest follows in seconds


def hurry(connection_ids: Collection[int], *, notified: Collection[int] = ()) -> int:
    """Have these mailboxes read soon; `notified` are the subscriptions that a notification has come by.

    One statement, which waits for no worker. Answers how many are due now that were not before: they are worth a
    nudge of the queue. The others are being read, have been a moment ago and are due in seconds, or have to wait.
    """
    now = clock.now()
    parameters: dict[str, Any] = {
        "connections": list(connection_ids),
        "notified": list(notified),
        "states": [state.value for state in ACTIVE_STATES],
        "now": now,
        "again_after": AGAIN_AFTER,
    }
    with database.cursor() as cursor:
        cursor.execute(HURRY, parameters)
        (count,) = cursor.fetchone()
    return int(count)


def hurry_forgotten() -> int:
    """Make those due that were called for minutes ago and that nobody reads: they were locked in that very moment."""
    now = clock.now()
    waiting = Connection.objects.filter(
        Q(lease_until=None) | Q(lease_until__lt=now),
        listening__unread_since__lt=now - CLAIM,
        state__in=ACTIVE_STATES,
        failures=0,
        next_attempt_at__gt=now + CLAIM,  # one that is queued is due before
    )
    return Connection.objects.filter(pk__in=waiting.values("pk")).update(next_attempt_at=now)


def bring_back() -> int:
    """Where nobody notifies us any more, have the mailboxes polled at the base again; answers how many there were.

    It costs one look into an index where there are none.
    """
    if settings.NOTIFICATION_URL:
        return 0
    parameters: dict[str, Any] = {
        "now": clock.now(),
        "base": base(),
        "states": [state.value for state in ACTIVE_STATES],
        "most": MOST_BROUGHT_BACK,
    }
    with database.cursor() as cursor:
        cursor.execute(BRING_BACK, parameters)
        return int(cursor.rowcount)
