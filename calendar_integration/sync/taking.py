"""Taking the leases of many mailboxes in one statement, which brings all that a worker has to know of them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection as database

from calendar_integration import clock
from calendar_integration.models import ACTIVE_STATES, Circuit, Connection, Stream, StreamKind
from calendar_integration.queueing import CLAIM
from calendar_integration.sync.kinds import OF_SIGN_IN
from calendar_integration.sync.leases import LEASE

SEALED = "token_cache"
COLUMNS = [column.attname for column in Connection._meta.concrete_fields if column.attname != SEALED]
# A lease that has run out is taken over; its worker has died while it read this mailbox.
TAKE = f"""
UPDATE {Connection._meta.db_table} AS mailbox
SET lease_id = %(lease_id)s, lease_until = %(until)s, claimed_until = NULL,
    worker_deaths = worker_deaths + (mailbox.lease_until IS NOT NULL)::int
FROM (SELECT id AS free_id FROM {Connection._meta.db_table} AS mailbox
      WHERE id = ANY(%(ids)s) AND state = ANY(%(states)s)
        AND (lease_until IS NULL OR lease_until < %(now)s) {{only}}
      FOR UPDATE SKIP LOCKED) AS free
WHERE id = free_id
RETURNING {", ".join(f"mailbox.{column}" for column in COLUMNS)}, mailbox.{SEALED},
    EXISTS (SELECT FROM {Circuit._meta.db_table} AS circuit WHERE circuit.account_id = mailbox.account_id)
"""  # noqa: S608 - names of our own tables and columns
# What was queued a while ago may have been told to wait since, or its account pauses. One whose worker died goes alone.
QUEUED = f"""
        AND (failures = 0 OR next_attempt_at <= %(soon)s OR next_attempt_at = claimed_until)
        AND worker_deaths = 0 AND lease_until IS NULL
        AND NOT EXISTS (SELECT FROM {Circuit._meta.db_table} AS circuit
                        WHERE circuit.account_id = mailbox.account_id AND circuit.opened_at IS NOT NULL
                          AND (failures > 0 OR NOT circuit.cause = ANY(%(of_sign_in)s))
                          AND circuit.probe IS DISTINCT FROM mailbox.id)
"""  # noqa: S608 - names of our own tables


@dataclass(frozen=True)
class Held:
    """A mailbox under our lease. `sealed` is its token cache as it is in the database, encrypted."""

    connection: Connection
    lease_id: uuid.UUID
    streams: dict[str, Stream]
    is_suspected: bool  # its account is known to be in trouble, so that a success is news
    sealed: str = field(repr=False)

    @property
    def kinds(self) -> list[StreamKind]:
        """What is read: contacts only where they were authorized."""
        reads_contacts = self.connection.permissions.reads_contacts
        return [kind for kind in StreamKind if kind != StreamKind.CONTACTS or reads_contacts]


def take(connection_id: int) -> Held | None:
    """The lease of one mailbox, whatever it was told; None where it is held, or not to be read."""
    return next(iter(_take([connection_id], "")), None)


def take_queued(connection_ids: Sequence[int]) -> list[Held]:
    """The leases of those of the mailboxes that may be read now, all under one lease id."""
    return _take(connection_ids, QUEUED)


def _take(connection_ids: Sequence[int], only: str) -> list[Held]:
    now, lease_id = clock.now(), uuid.uuid4()
    parameters: dict[str, Any] = {
        "ids": list(connection_ids),
        "states": [state.value for state in ACTIVE_STATES],
        "lease_id": lease_id,
        "now": now,
        "until": now + LEASE,
        "soon": now + CLAIM,
        "of_sign_in": [cause.value for cause in OF_SIGN_IN],
    }
    with database.cursor() as cursor:
        cursor.execute(TAKE.format(only=only), parameters)
        rows = cursor.fetchall()
    streams = _streams([row[COLUMNS.index("id")] for row in rows])
    return [_held(row, lease_id, streams) for row in rows]


def _streams(connection_ids: list[int]) -> dict[int, dict[str, Stream]]:
    found: dict[int, dict[str, Stream]] = {}
    if connection_ids:
        for stream in Stream.objects.filter(connection__in=connection_ids):
            found.setdefault(stream.connection_id, {})[stream.kind] = stream
    return found


def _held(row: tuple[Any, ...], lease_id: uuid.UUID, streams: dict[int, dict[str, Stream]]) -> Held:
    *values, sealed, is_suspected = row
    connection = Connection.from_db(database.alias, COLUMNS, values)
    return Held(connection, lease_id, streams.get(connection.pk, {}), is_suspected, sealed)
