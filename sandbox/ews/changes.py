"""What changed in a folder, of a series its master only, told from where a caller stands."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import merge
from typing import TypeVar

from sandbox.ews.calendar_view import last_change
from sandbox.ews.call import Call
from sandbox.ews.ids import CONTACT, EVENT
from sandbox.ews.item_view import moment_text
from sandbox.ews.sync_state import SyncState
from sandbox.tenant.bulk import Bulk, kept
from sandbox.tenant.mailbox import Contact, Event

Row = TypeVar("Row", Event, Contact)


@dataclass(frozen=True)
class Change:
    """`item` is None of something deleted; `number` and `at` are of its last change, `created` of its first."""

    kind: str
    key: str
    number: int
    at: str
    created: int
    item: Event | Contact | None

    @property
    def place(self) -> tuple[int, str]:
        """Where it stands among all changes."""
        return self.number, self.key


def changes(call: Call, folder: str, state: SyncState) -> Iterator[Change]:
    """What a caller with this state does not know yet, in the order in which it happened."""
    mailbox = call.mailbox
    if folder == "calendar":
        yield from _since(EVENT, mailbox.events, mailbox.removed_events, state)
    elif folder == "contacts":
        yield from _since(CONTACT, mailbox.contacts, mailbox.removed_contacts, state)


def _since(kind: str, items: Mapping[str, Row], removed: Mapping[str, Row], state: SyncState) -> Iterator[Change]:
    """Those that came in bulk are made only as far as they are asked for."""
    rows = [*(_change(kind, row) for row in kept(items)), *(_change(kind, row, gone=True) for row in removed.values())]
    few = sorted((row for row in rows if _is_news(row, state)), key=_place)
    many = (_change(kind, row) for row in _in_bulk(items, state))
    yield from merge(few, many, key=_place)


def _change(kind: str, row: Row, *, gone: bool = False) -> Change:
    number, at = last_change(row) if isinstance(row, Event) else (row.change, row.modified)
    return Change(kind, row.key, number, moment_text(at), row.created, None if gone else row)


def _in_bulk(items: Mapping[str, Row], state: SyncState) -> Iterable[Row]:
    if not isinstance(items, Bulk) or items.recipe.change < state.since:
        return ()
    begun = items.recipe.number(state.after) if items.recipe.change == state.since else -1
    return () if begun is None else map(items.made, items.numbers(range(begun + 1, items.recipe.count)))


def _place(row: Change) -> tuple[int, str]:
    return row.place


def _is_news(row: Change, state: SyncState) -> bool:
    """Whoever never saw an item hears nothing of its end."""
    return row.place > (state.since, state.after) and (row.item is not None or row.created <= state.since)
