"""Actions into rows, whatever their number: one COPY, one INSERT ... ON CONFLICT where rows are held, one DELETE."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import DataError, IntegrityError
from django.db import connection as database
from django.db.backends.utils import CursorWrapper

from calendar_integration.clients.base import ContactRow, MeetingRow
from calendar_integration.errors import OurMistakeError
from calendar_integration.models import Contact, Meeting
from calendar_integration.sync.copy_text import chunks

Model = type[Meeting] | type[Contact]

ROW_TYPES: dict[Model, type[MeetingRow] | type[ContactRow]] = {Meeting: MeetingRow, Contact: ContactRow}
COPY_BUFFER = 1 << 20  # bytes; a chunk goes out as one


def apply(
    model: Model, connection_id: int, upserts: Sequence[Any], deletes: Iterable[str], *, into_nothing: bool = False
) -> tuple[int, int]:
    """Write and delete, in the caller's transaction; answers how many rows were changed and deleted.

    A row that is held as it is stays untouched. `into_nothing`: the mailbox holds no row, and nobody else can write
    one before the transaction ends.
    """
    try:
        changed = _write(model, connection_id, upserts, into_nothing=into_nothing) if upserts else 0
        return changed, _delete(model, connection_id, list(deletes))
    except (DataError, IntegrityError) as error:
        # PostgreSQL quotes the row it refuses, which is nobody's to read in a log.
        state = getattr(error.__cause__, "pgcode", None)
        raise OurMistakeError(f"{type(error).__name__} {state}") from None


def _write(model: Model, connection_id: int, rows: Sequence[Any], *, into_nothing: bool) -> int:
    write = _insert if into_nothing else _upsert
    with database.cursor() as cursor:
        return write(cursor, model, connection_id, rows)


def _insert(cursor: CursorWrapper, model: Model, connection_id: int, rows: Sequence[Any]) -> int:
    """Straight into the table: there is nothing to compare with."""
    _copy(cursor, f"{model._meta.db_table} (connection_id, {_columns(model)})", model, rows, f"{connection_id}\t")
    return len(rows)


def _upsert(cursor: CursorWrapper, model: Model, connection_id: int, rows: Sequence[Any]) -> int:
    table, listed = model._meta.db_table, _columns(model)
    updated = [column for column in ROW_TYPES[model]._fields if column != "remote_id"]
    new, old = (", ".join(f"{side}.{column}" for column in updated) for side in ("excluded", "held"))
    cursor.execute(
        f"CREATE TEMPORARY TABLE incoming ON COMMIT DROP AS SELECT {listed} FROM {table} LIMIT 0"  # noqa: S608 - our own table
    )
    _copy(cursor, f"incoming ({listed})", model, rows, "")
    cursor.execute(
        f"INSERT INTO {table} AS held (connection_id, {listed}) SELECT %s, {listed} FROM incoming"  # noqa: S608 - names of our own columns
        f" ON CONFLICT (connection_id, remote_id) DO UPDATE SET ({', '.join(updated)}) = ROW({new})"
        f" WHERE ({old}) IS DISTINCT FROM ({new})",
        [connection_id],
    )
    changed = cursor.rowcount
    cursor.execute("DROP TABLE incoming")
    return int(changed)


def _delete(model: Model, connection_id: int, remote_ids: list[str]) -> int:
    if not remote_ids:
        return 0
    with database.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {model._meta.db_table} WHERE connection_id = %s AND remote_id = ANY(%s)",  # noqa: S608 - our own table
            [connection_id, remote_ids],
        )
        return int(cursor.rowcount)


def _columns(model: Model) -> str:
    return ", ".join(ROW_TYPES[model]._fields)


def _copy(cursor: CursorWrapper, into: str, model: Model, rows: Sequence[Any], before: str) -> None:
    lines = Lines(chunks(ROW_TYPES[model], rows, before=before))
    cursor.copy_expert(f"COPY {into} FROM STDIN", lines, COPY_BUFFER)


class Lines:
    """Chunks of lines as the file that psycopg2 reads from: it takes what comes, whatever the size it names."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks

    def read(self, _size: int = -1) -> bytes:
        """The next chunk, or nothing at the end."""
        return next(self._chunks, b"")
