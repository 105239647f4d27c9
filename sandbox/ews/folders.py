"""The folders of a mailbox: those every mailbox has, of which two hold something here.

https://learn.microsoft.com/exchange/client-developer/web-service-reference/distinguishedfolderid
"""

from dataclasses import dataclass

from sandbox.ews.call import Call
from sandbox.ews.errors import access_denied, folder_not_found, malformed_id, no_mailbox
from sandbox.ews.ids import FOLDER, change_key, ews_id, referred
from sandbox.ews.shape import Field, Shape, properties
from sandbox.ews.xml import Element, boolean, local_name, t, text_at

_RIGHTS = ("CreateAssociated", "CreateContents", "CreateHierarchy", "Delete", "Modify", "Read")


@dataclass(frozen=True)
class Folder:
    """`name` is the well-known one, `tag` the element it is written as."""

    name: str
    shown: str
    parent: str
    tag: str = "Folder"
    kind: str = "IPF.Note"


FOLDERS = {
    row.name: row
    for row in [
        Folder("root", "", "", kind=""),
        Folder("msgfolderroot", "Top of Information Store", "root", kind="IPF"),
        Folder("calendar", "Calendar", "msgfolderroot", "CalendarFolder", "IPF.Appointment"),
        Folder("contacts", "Contacts", "msgfolderroot", "ContactsFolder", "IPF.Contact"),
        Folder("deleteditems", "Deleted Items", "msgfolderroot"),
        Folder("drafts", "Drafts", "msgfolderroot"),
        Folder("inbox", "Inbox", "msgfolderroot"),
        Folder("outbox", "Outbox", "msgfolderroot"),
        Folder("sentitems", "Sent Items", "msgfolderroot"),
        Folder("tasks", "Tasks", "msgfolderroot", "TasksFolder", "IPF.Task"),
    ]
}


@dataclass(frozen=True)
class FolderView:
    """A folder of a mailbox as it is about to be written."""

    call: Call
    folder: Folder

    @property
    def count(self) -> int:
        """How many items it has, a series counted once."""
        mailbox = self.call.mailbox
        return {"calendar": len(mailbox.events), "contacts": len(mailbox.contacts)}.get(self.folder.name, 0)


def find_folder(call: Call, node: Element) -> Folder:
    """The folder behind a FolderId or DistinguishedFolderId. Raises EwsError."""
    public = node.get("Id", "")
    if local_name(node) == "DistinguishedFolderId":
        _check_mailbox(call, text_at(node, "t:Mailbox/t:EmailAddress"))
        name = public
    else:
        reference = referred(call.owner, public)
        if reference.kind != FOLDER:
            raise malformed_id()
        name = reference.key
    if name not in FOLDERS:
        raise folder_not_found()
    return FOLDERS[name]


def _check_mailbox(call: Call, address: str) -> None:
    """Only the caller's own mailbox is open."""
    if not address or address.casefold() == call.owner.upn.casefold():
        return
    raise access_denied() if call.tenant.person(address) else no_mailbox()


def folder_element(call: Call, folder: Folder, shape: Shape) -> Element:
    """The wanted properties of a folder."""
    view = FolderView(call, folder)
    return t(folder.tag, [_id("FolderId", view, folder.name), *properties(_FIELDS, view, shape, listed=False)])


def _id(tag: str, view: FolderView, name: str) -> Element:
    return t(tag, Id=ews_id(view.call.owner, FOLDER, name), ChangeKey=change_key(name, 1))


def _parent(view: FolderView) -> Element | None:
    return _id("ParentFolderId", view, view.folder.parent) if view.folder.parent else None


def _kind(view: FolderView) -> Element | None:
    return t("FolderClass", view.folder.kind) if view.folder.kind else None


def _child_count(view: FolderView) -> Element:
    return t("ChildFolderCount", str(sum(row.parent == view.folder.name for row in FOLDERS.values())))


def _unread(view: FolderView) -> Element | None:
    return t("UnreadCount", "0") if view.folder.tag in ("Folder", "TasksFolder") else None


def _rights(_view: FolderView) -> Element:
    return t("EffectiveRights", [t(name, boolean(True)) for name in _RIGHTS])


_FIELDS: list[Field[FolderView]] = [
    Field("folder:ParentFolderId", _parent),
    Field("folder:FolderClass", _kind),
    Field("folder:DisplayName", lambda view: t("DisplayName", view.folder.shown), is_default=True),
    Field("folder:TotalCount", lambda view: t("TotalCount", str(view.count)), is_default=True),
    Field("folder:ChildFolderCount", _child_count, is_default=True),
    Field("folder:EffectiveRights", _rights),
    Field("folder:DistinguishedFolderId", lambda view: t("DistinguishedFolderId", view.folder.name)),
    Field("folder:UnreadCount", _unread, is_default=True),
]
