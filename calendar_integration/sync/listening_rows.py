"""The rows behind what is heard of mailboxes: locked and read by two statements for any number, written by two."""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection as database

from calendar_integration.models import Listening, Subscription

SAVE_LISTENING = f"""
UPDATE {Listening._meta.db_table} AS listening
SET read_at = new.read_at, unread_since = new.unread_since, interval = new.interval
FROM unnest(%(ids)s::bigint[], %(read_at)s::timestamptz[], %(unread_since)s::timestamptz[], %(interval)s::interval[])
    AS new (id, read_at, unread_since, interval)
WHERE listening.id = new.id
"""  # noqa: S608 - name of our own table
SAVE_TRUST = f"""
UPDATE {Subscription._meta.db_table} AS subscription SET level = new.level, doubted_at = new.doubted_at
FROM unnest(%(ids)s::bigint[], %(level)s::smallint[], %(doubted_at)s::timestamptz[]) AS new (id, level, doubted_at)
WHERE subscription.id = new.id
"""  # noqa: S608 - name of our own table

COLUMNS = ("connection", "connection__id", "read_at", "told_at", "unread_since", "interval")


@dataclass(frozen=True)
class Rows:
    """What is heard of one mailbox, and its subscriptions by kind."""

    listening: Listening
    subscriptions: dict[str, Subscription]


def locked(connection_ids: Collection[int], lease_id: uuid.UUID) -> dict[int, Rows]:
    """The rows of those of these mailboxes that are held by this lease and were listened to before.

    Their connections are locked with them, first: a notification that comes meanwhile waits for no connection.
    """
    ours = Listening.objects.filter(connection__in=connection_ids, connection__lease_id=lease_id)
    held = ours.select_for_update(of=("connection", "self")).select_related("connection")
    rows = {row.connection_id: Rows(row, {}) for row in held.only(*COLUMNS).order_by("connection")}
    # Asked for afterwards: what was notified until the lock was had counts.
    for subscription in Subscription.objects.filter(connection__in=list(rows)).order_by("pk"):
        rows[subscription.connection_id].subscriptions[subscription.kind] = subscription
    return rows


def save(listenings: Collection[Listening], trusted: Collection[Subscription]) -> None:
    """Write down how these mailboxes are read on, and how far these subscriptions are trusted."""
    if listenings:
        _write(SAVE_LISTENING, listenings, ("read_at", "unread_since", "interval"))
    if trusted:
        _write(SAVE_TRUST, trusted, ("level", "doubted_at"))


def _write(statement: str, rows: Iterable[Listening] | Iterable[Subscription], columns: tuple[str, ...]) -> None:
    written: list[Listening | Subscription] = list(rows)
    values: dict[str, Any] = {"ids": [row.pk for row in written]}
    values |= {column: [getattr(row, column) for row in written] for column in columns}
    with database.cursor() as cursor:
        cursor.execute(statement, values)
