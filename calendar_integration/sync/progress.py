"""How far a stream was read: written by the statement that makes sure that the mailbox is still ours."""

import uuid
from collections.abc import Collection
from typing import Any

from django.db import connection as database
from psycopg2.extras import Json

from calendar_integration import clock
from calendar_integration.clients.base import Window
from calendar_integration.errors import LeaseLostError
from calendar_integration.models import ACTIVE_STATES, Connection, Stream, StreamKind

MOST_UNREADABLE = 1000
LOST = "Another worker has taken this mailbox over."
# A link that works, or rows that are there, disprove an earlier claim that all was gone. The connection is locked: from
# here to the end of the transaction nobody else can take it over.
SAVE = f"""
UPDATE {Stream._meta.db_table} AS stream
SET delta_link = %(delta_link)s, finished_at = %(now)s, unreadable = %(unreadable)s, emptied_at = NULL {{and_more}}
FROM (SELECT id FROM {Connection._meta.db_table}
      WHERE id = %(connection)s AND lease_id = %(lease_id)s AND state = ANY(%(states)s) FOR UPDATE) AS ours
WHERE stream.id = %(stream)s AND stream.connection_id = ours.id
"""  # noqa: S608 - names of our own tables and columns
BEGIN = f"""
INSERT INTO {Stream._meta.db_table} (connection_id, kind, delta_link, items_read)
SELECT id, %(kind)s, '', 0 FROM {Connection._meta.db_table}
WHERE id = %(connection)s AND lease_id = %(lease_id)s AND state = ANY(%(states)s) FOR UPDATE
RETURNING id
"""  # noqa: S608 - names of our own tables and columns
OF_FULL_ROUND = ", window_start = %(start)s, window_end = %(end)s, items_read = 0"


def begin_stream(connection_id: int, lease_id: uuid.UUID, kind: StreamKind) -> Stream:
    """A stream of which nothing was read yet. Raises LeaseLostError where the mailbox is no longer ours."""
    parameters = {"kind": kind.value, **_ours(connection_id, lease_id)}
    with database.cursor() as cursor:
        cursor.execute(BEGIN, parameters)
        row = cursor.fetchone()
    if row is None:
        raise LeaseLostError(LOST)
    return Stream(pk=row[0], connection_id=connection_id, kind=kind)


def save_progress(
    stream: Stream, lease_id: uuid.UUID, delta_link: str, full_window: Window | None, unreadable: Collection[str]
) -> None:
    """Go on from this delta link the next time; `full_window` is the window of a full round.

    `unreadable` are the ids of what could not be read; a thousand of them are kept.

    The mailbox stays locked until the caller's transaction ends. Raises LeaseLostError where another worker has taken
    it over, or its owner has disconnected or connected anew.
    """
    start, end = full_window or (None, None)
    parameters: dict[str, Any] = {
        **_ours(stream.connection_id, lease_id),
        "stream": stream.pk,
        "delta_link": delta_link,
        "unreadable": Json(sorted(unreadable)[:MOST_UNREADABLE]),
        "now": clock.now(),
        "start": start,
        "end": end,
    }
    with database.cursor() as cursor:
        cursor.execute(SAVE.format(and_more=OF_FULL_ROUND if full_window else ""), parameters)
        if not cursor.rowcount:
            raise LeaseLostError(LOST)


def _ours(connection_id: int, lease_id: uuid.UUID) -> dict[str, Any]:
    return {"connection": connection_id, "lease_id": lease_id, "states": [state.value for state in ACTIVE_STATES]}
