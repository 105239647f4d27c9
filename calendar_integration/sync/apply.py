"""Actions into rows: one COPY, one INSERT ... ON CONFLICT, one DELETE, whatever their number."""

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection as database

from calendar_integration.clients.base import ContactRow, MeetingRow
from calendar_integration.models import Contact, Meeting

# COPY's text format: https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.2
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": ""})
NULL = "\\N"

COLUMNS: dict[type[Meeting] | type[Contact], tuple[str, ...]] = {
    Meeting: MeetingRow._fields,
    Contact: ContactRow._fields,
}


def apply(
    model: type[Meeting] | type[Contact], connection_id: int, upserts: Sequence[Any], deletes: Iterable[str]
) -> tuple[int, int]:
    """Write and delete, in the caller's transaction; answers how many rows were changed and deleted.

    A row that is held as it is stays untouched.
    """
    return _upsert(model, connection_id, upserts), _delete(model, connection_id, list(deletes))


def _upsert(model: type[Meeting] | type[Contact], connection_id: int, rows: Sequence[Any]) -> int:
    if not rows:
        return 0
    table, columns = model._meta.db_table, COLUMNS[model]
    listed = ", ".join(columns)
    updated = [column for column in columns if column != "remote_id"]
    new, old = (", ".join(f"{side}.{column}" for column in updated) for side in ("excluded", "held"))
    with database.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE incoming ON COMMIT DROP AS SELECT {listed} FROM {table} LIMIT 0"  # noqa: S608 - our own table
        )
        cursor.copy_expert(f"COPY incoming ({listed}) FROM STDIN", io.StringIO(copy_text(rows)))
        cursor.execute(
            f"INSERT INTO {table} AS held (connection_id, {listed}) SELECT %s, {listed} FROM incoming"  # noqa: S608 - names of our own columns
            f" ON CONFLICT (connection_id, remote_id) DO UPDATE SET ({', '.join(updated)}) = ROW({new})"
            f" WHERE ({old}) IS DISTINCT FROM ({new})",
            [connection_id],
        )
        changed = cursor.rowcount
        cursor.execute("DROP TABLE incoming")
    return int(changed)


def _delete(model: type[Meeting] | type[Contact], connection_id: int, remote_ids: list[str]) -> int:
    if not remote_ids:
        return 0
    with database.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {model._meta.db_table} WHERE connection_id = %s AND remote_id = ANY(%s)",  # noqa: S608 - our own table
            [connection_id, remote_ids],
        )
        return int(cursor.rowcount)


def copy_text(rows: Iterable[Sequence[Any]]) -> str:
    """Rows in the text format of COPY."""
    return "".join("\t".join(map(copy_field, row)) + "\n" for row in rows)


def copy_field(value: Any) -> str:
    """One value in the text format of COPY; NUL characters, which PostgreSQL cannot hold, are dropped."""
    if value is None:
        return NULL
    if isinstance(value, str):
        return value.translate(ESCAPES)
    if isinstance(value, bool):
        return "t" if value else "f"
    return value.isoformat() if isinstance(value, datetime | date) else str(value)
