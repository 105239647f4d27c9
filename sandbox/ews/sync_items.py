"""SyncFolderItems: what changed in a folder; of a series its master only.

https://learn.microsoft.com/exchange/client-developer/web-service-reference/syncfolderitems-operation
"""

from collections.abc import Iterable
from itertools import islice

from sandbox.ews.call import Call
from sandbox.ews.changes import Change, changes
from sandbox.ews.folders import Folder, find_folder
from sandbox.ews.ids import change_key, ews_id
from sandbox.ews.items import item_element
from sandbox.ews.responses import each
from sandbox.ews.shape import Shape
from sandbox.ews.sync_state import SyncState, invalid_state
from sandbox.ews.xml import Element, boolean, children, find, m, t, text_at
from sandbox.tenant.calendar import base_instance
from sandbox.tenant.mailbox import Event

_MOST_CHANGES = 512


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


def _told(call: Call, row: Change, state: SyncState, shape: Shape) -> Element:
    if row.item is None:
        public = ews_id(call.owner, row.kind, row.key)
        return t("Delete", [t("ItemId", Id=public, ChangeKey=change_key(row.key, row.number))])
    name = "Create" if row.created > state.caught_up else "Update"
    item = base_instance(row.item) if isinstance(row.item, Event) else row.item
    return t(name, [item_element(call, item, shape, listed=True)])


def _next(call: Call, state: SyncState, page: list[Change], *, is_last: bool) -> SyncState:
    return state.at_end(call.mailbox.change) if is_last else state.within(*page[-1].place)
