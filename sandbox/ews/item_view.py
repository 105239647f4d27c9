"""An item as it is about to be written, and the properties that every kind of item has.

https://learn.microsoft.com/exchange/client-developer/web-service-reference/item
"""

from dataclasses import dataclass
from typing import TypeVar

from sandbox.ews.call import Call
from sandbox.ews.ids import FOLDER, change_key, ews_id
from sandbox.ews.shape import Field, Shape
from sandbox.ews.xml import Element, boolean, t
from sandbox.tenant.event_defaults import text_of
from sandbox.tenant.mailbox import Json

_SENSITIVITY = {"personal": "Personal", "private": "Private", "confidential": "Confidential"}
_RIGHTS = ("CreateAssociated", "CreateContents", "CreateHierarchy", "Delete", "Modify", "Read", "ViewPrivateItems")


AnyView = TypeVar("AnyView", bound="ItemView")


@dataclass(frozen=True)
class ItemView:
    """`listed` is an item in an answer of FindItem or SyncFolderItems; `change` is the last one of its whole series."""

    call: Call
    shape: Shape
    listed: bool
    kind: str
    key: str
    folder: str
    change: int
    modified: str
    properties: Json

    def text(self, name: str) -> str:
        """A property as text, empty if there is none."""
        return str(self.properties.get(name) or "")


def item_id(view: ItemView) -> Element:
    """The id with its ChangeKey, part of every answer."""
    public = ews_id(view.call.owner, view.kind, view.key)
    return t("ItemId", Id=public, ChangeKey=change_key(view.key, view.change))


def folder_id(view: ItemView) -> Element:
    """The folder the item is in."""
    return t("ParentFolderId", Id=ews_id(view.call.owner, FOLDER, view.folder), ChangeKey=change_key(view.folder, 1))


def text(name: str, value: str) -> Element | None:
    """An element, or none where there is no text."""
    return t(name, value) if value else None


def moment_text(graph: str) -> str:
    """A moment as Graph keeps it, in whole seconds."""
    return f"{graph[:19]}Z"


def sensitivity(view: ItemView) -> Element:
    """Whether others may see it."""
    return t("Sensitivity", _SENSITIVITY.get(view.text("sensitivity"), "Normal"))


def body(view: ItemView) -> Element:
    """The body as HTML or as text; plain text stays what it is unless HTML is asked for."""
    kept = view.properties["body"]
    if view.shape.body == "Text" and kept["contentType"] == "html":
        return t("Body", text_of(kept["content"]), BodyType="Text")
    return t("Body", kept["content"], BodyType="HTML" if kept["contentType"] == "html" else "Text")


def categories(view: ItemView) -> Element | None:
    """Names of categories."""
    names = view.properties.get("categories") or []
    return t("Categories", [t("String", name) for name in names]) if names else None


def effective_rights(_view: ItemView) -> Element:
    """The owner may do everything."""
    return t("EffectiveRights", [t(name, boolean(True)) for name in _RIGHTS])


def modified_fields(_view: type[AnyView]) -> list[Field[AnyView]]:
    """What closes the common part of an item."""
    return [
        Field("item:Culture", lambda _view: t("Culture", "en-US")),
        Field("item:EffectiveRights", effective_rights),
        Field("item:LastModifiedName", lambda view: t("LastModifiedName", view.call.owner.name)),
        Field("item:LastModifiedTime", lambda view: t("LastModifiedTime", moment_text(view.modified))),
    ]
