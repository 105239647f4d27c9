"""The Connections page as rows of a CSV file, read in batches by name and id."""

from collections.abc import Iterator
from datetime import datetime

from accounts.models import User
from accounts.users.export import BATCH, batches, in_utc
from calendar_integration.health.listing import Filters, people, with_connections
from calendar_integration.health.standing import Standing
from calendar_integration.health.table import Row, row

COLUMNS = (
    "email",
    "name",
    "state",
    "mailbox",
    "method",
    "last_good_sync",
    "age_seconds",
    "told_of_changes",
    "error_class",
    "error",
    "failing_since",
    "set_aside_since",
    "set_aside_because",
    "next_try",
    "unreadable_items",
)


def rows(viewer: User, filters: Filters, now: datetime, *, batch_size: int = BATCH) -> Iterator[tuple[object, ...]]:
    """Everyone who was asked for, by name, in constant memory and one query for each batch. Times are in UTC."""
    found = with_connections(people(viewer, filters, now))
    for batch in batches(found, batch_size):
        for person in batch:
            yield cells(row(person, None, now), now)


def cells(shown: Row, now: datetime) -> tuple[object, ...]:
    """One person. The state and the error class are the words that the page's address knows as well."""
    kind = shown.person.connection.failure_kind if shown.trouble else ""
    return (
        shown.person.email,
        shown.person.name,
        shown.standing.value,
        shown.mailbox,
        shown.method,
        in_utc(shown.synced_at),
        int((now - shown.synced_at).total_seconds()) if shown.synced_at else None,
        ("yes" if shown.is_told else "no") if shown.synced_at else None,
        kind,
        shown.trouble.label if shown.trouble else "",
        in_utc(shown.failing_since),
        in_utc(shown.set_aside_at),
        shown.person.connection.set_aside_because if shown.set_aside_at else "",
        in_utc(shown.next_try_at if shown.standing != Standing.NONE else None),
        shown.unreadable if shown.method else None,
    )
