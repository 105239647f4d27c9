"""What polls brought, written in one statement for all mailboxes of a lease."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection as database

from calendar_integration import clock
from calendar_integration.models import ACTIVE_STATES, Connection, ConnectionState, Stream

# Locked in the order of their ids, as by everyone who writes many, and looked at once more when they are.
SAVE = f"""
WITH ours AS MATERIALIZED (
    SELECT id FROM {Connection._meta.db_table}
    WHERE id = ANY(%(ids)s) AND lease_id = %(lease_id)s AND state = ANY(%(states)s)
    ORDER BY id FOR UPDATE
), polled AS (
    UPDATE {Stream._meta.db_table} AS stream SET delta_link = found.link, finished_at = %(now)s, emptied_at = NULL
    FROM unnest(%(streams)s::bigint[], %(links)s::text[]) AS found (id, link), ours
    WHERE stream.id = found.id AND stream.connection_id = ours.id
)
UPDATE {Connection._meta.db_table} AS mailbox
SET state = %(active)s, last_good_sync_at = %(now)s, next_attempt_at = good.next_attempt_at, failures = 0,
    last_error = '', failure_kind = '', failing_since = NULL, invalid_grant_at = NULL, no_mailbox_at = NULL,
    worker_deaths = 0, our_mistakes = 0, set_aside_at = NULL, set_aside_because = '',
    lease_id = NULL, lease_until = NULL
FROM unnest(%(good)s::bigint[], %(next)s::timestamptz[]) AS good (id, next_attempt_at), ours
WHERE mailbox.id = good.id AND mailbox.id = ours.id
RETURNING mailbox.id
"""  # noqa: S608 - names of our own tables and columns


def save(
    lease_id: uuid.UUID, connection_ids: Iterable[int], links: Mapping[int, str], good: Mapping[int, datetime]
) -> set[int]:
    """Write down polls that found nothing new, and give back the mailboxes of which all went well.

    `links` are new delta links by stream, of any of the connections; `good` says when each mailbox that is up to date
    is looked at next. Answers which of these were still ours; of the others nothing is written.
    """
    parameters: dict[str, Any] = {
        "ids": list(connection_ids),
        "lease_id": lease_id,
        "states": [state.value for state in ACTIVE_STATES],
        "active": ConnectionState.ACTIVE.value,
        "now": clock.now(),
        "streams": list(links),
        "links": list(links.values()),
        "good": list(good),
        "next": list(good.values()),
    }
    with database.cursor() as cursor:
        cursor.execute(SAVE, parameters)
        return {row[0] for row in cursor.fetchall()}
