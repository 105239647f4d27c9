"""GetFolder, FindFolder and SyncFolderHierarchy.

https://learn.microsoft.com/exchange/client-developer/web-service-reference/getfolder-operation
https://learn.microsoft.com/exchange/client-developer/web-service-reference/findfolder-operation
https://learn.microsoft.com/exchange/client-developer/web-service-reference/syncfolderhierarchy-operation
"""

from collections.abc import Iterable, Iterator

from sandbox.ews.call import Call
from sandbox.ews.folders import FOLDERS, Folder, find_folder, folder_element
from sandbox.ews.paging import Page, paged
from sandbox.ews.responses import each
from sandbox.ews.shape import Shape
from sandbox.ews.sync_state import SyncState
from sandbox.ews.xml import Element, boolean, children, find, m, t, text_at


def get_folder(call: Call) -> Element:
    """Folders by their ids or well-known names."""
    shape = Shape.read(find(call.operation, "m:FolderShape"))

    def answered(node: Element) -> Iterable[Element]:
        return [m("Folders", [folder_element(call, find_folder(call, node), shape)])]

    return each("GetFolder", children(find(call.operation, "m:FolderIds")), answered, lambda: [m("Folders")])


def find_folders(call: Call) -> Element:
    """The folders below others, directly or all the way down."""
    shape = Shape.read(find(call.operation, "m:FolderShape"))
    deep = call.operation.get("Traversal") == "Deep"
    page = Page.read(find(call.operation, "m:IndexedPageFolderView"))

    def answered(node: Element) -> Iterable[Element]:
        rows = list(_below(find_folder(call, node), deep=deep))
        shown, attributes = paged(rows, page)
        return [m("RootFolder", [t("Folders", [folder_element(call, row, shape) for row in shown])], **attributes)]

    return each("FindFolder", children(find(call.operation, "m:ParentFolderIds")), answered)


def _below(parent: Folder, *, deep: bool) -> Iterator[Folder]:
    for row in FOLDERS.values():
        if row.parent == parent.name:
            yield row
            if deep:
                yield from _below(row, deep=True)


def sync_folder_hierarchy(call: Call) -> Element:
    """All folders the first time; nothing after it, since no folder ever changes here."""
    shape = Shape.read(find(call.operation, "m:FolderShape"))

    def answered(operation: Element) -> Iterable[Element]:
        ids = children(find(operation, "m:SyncFolderId"))
        root = find_folder(call, ids[0]) if ids else FOLDERS["msgfolderroot"]
        text = text_at(operation, "m:SyncState")
        known = SyncState.read(call, text, f"below-{root.name}") if text else None
        rows = [] if known else list(_below(root, deep=True))
        state = known or SyncState.first(call, f"below-{root.name}")
        return [
            m("SyncState", state.sealed(call)),
            m("IncludesLastFolderInRange", boolean(True)),
            m("Changes", [t("Create", [folder_element(call, row, shape)]) for row in rows]),
        ]

    return each("SyncFolderHierarchy", [call.operation], answered, _no_state)


def _no_state() -> Iterable[Element]:
    """What an answer has that is an error, too."""
    return [m("SyncState"), m("IncludesLastFolderInRange", boolean(True))]
