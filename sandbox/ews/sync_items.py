"""SyncFolderItems: what changed in a folder; of a series its master only.

https://learn.microsoft.com/exchange/client-developer/web-service-reference/syncfolderitems-operation
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import TypeVar

from sandbox.ews.calendar_view import last_change
from sandbox.ews.call import Call
from sandbox.ews.folders import Folder, find_folder
from sandbox.ews.ids import CONTACT, EVENT, change_key, ews_id
from sandbox.ews.item_view import moment_text
from sandbox.ews.items import item_element
from sandbox.ews.responses import each
from sandbox.ews.shape import Shape
from sandbox.ews.sync_state import SyncState, invalid_state
from sandbox.ews.xml import Element, boolean, children, find, m, t, text_at
from sandbox.tenant.bulk import Bulk, kept
from sandbox.tenant.calendar import base_instance
from sandbox.tenant.mailbox import Contact, Event

_MOST_CHANGES = 512
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


def sync_folder_items(call: Call) -> Element:
    """A page of a round."""
    return each("SyncFolderItems", [call.operation], lambda operation: _answered(call, operation), _no_state)


def _no_state() -> Iterable[Element]:
    """What an answer has that is an error, too."""
    return [m("SyncState"), m("IncludesLastItemInRange", boolean(True))]


def _answered(call: Call, operation: Element) -> Iterable[Element]:
    shape = Shape.read(find(operation, "m:ItemShape"))
    folder = find_folder(call, children(find(operation, "m:SyncFolderId"))[0])
    state = _state(call, folder, text_at(operation, "m:SyncState"))
    limit = min(int(text_at(operation, "m:MaxChangesReturned") or "1"), _MOST_CHANGES)
    waiting = list(islice(changes(call, folder.name, state), limit + 1))
    page, is_last = waiting[:limit], len(waiting) <= limit
    ignored = {node.get("Id") for node in children(find(operation, "m:Ignore"))}
    shown = [row for row in page if ews_id(call.owner, row.kind, row.key) not in ignored]
    return [
        m("SyncState", _next(call, state, page, is_last=is_last).sealed(call)),
        m("IncludesLastItemInRange", boolean(is_last)),
        m("Changes", [_told(call, row, state, shape) for row in shown]),
    ]


def _state(call: Call, folder: Folder, text: str) -> SyncState:
    if not text:
        return SyncState.first(call, folder.name)
    if call.fault("invalid_sync_state"):
        raise invalid_state()
    return SyncState.read(call, text, folder.name)


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


def _told(call: Call, row: Change, state: SyncState, shape: Shape) -> Element:
    if row.item is None:
        public = ews_id(call.owner, row.kind, row.key)
        return t("Delete", [t("ItemId", Id=public, ChangeKey=change_key(row.key, row.number))])
    name = "Create" if row.created > state.caught_up else "Update"
    item = base_instance(row.item) if isinstance(row.item, Event) else row.item
    return t(name, [item_element(call, item, shape, listed=True)])


def _next(call: Call, state: SyncState, page: list[Change], *, is_last: bool) -> SyncState:
    return state.at_end(call.mailbox.change) if is_last else state.within(*page[-1].place)
