"""A Contact: which properties it has, in the order of the schema.

https://learn.microsoft.com/exchange/client-developer/web-service-reference/contact
"""

from sandbox.ews.call import Call
from sandbox.ews.contact_entries import addresses, emails, instant_messengers, phones
from sandbox.ews.ids import CONTACT
from sandbox.ews.item_view import (
    ItemView,
    categories,
    folder_id,
    item_id,
    modified_fields,
    moment_text,
    sensitivity,
    text,
)
from sandbox.ews.shape import ANY, Field, Shape, properties
from sandbox.ews.xml import Element, boolean, t
from sandbox.tenant.mailbox import Contact

_NAME_PARTS = [
    ("Title", "title"), ("FirstName", "givenName"), ("MiddleName", "middleName"), ("LastName", "surname"),
    ("Suffix", "generation"), ("Initials", "initials"), ("FullName", "displayName"), ("Nickname", "nickName"),
    ("YomiFirstName", "yomiGivenName"), ("YomiLastName", "yomiSurname"),
]  # fmt: skip


def contact_view(call: Call, contact: Contact, shape: Shape, *, listed: bool) -> ItemView:
    """What is to be written of a contact."""
    kept, change = contact.properties, contact.change
    return ItemView(call, shape, listed, CONTACT, contact.key, "contacts", change, contact.modified, kept)


def contact_item(view: ItemView) -> Element:
    """The wanted properties of a contact."""
    return t("Contact", [item_id(view), *properties(_FIELDS, view, view.shape, listed=view.listed)])


def _text(name: str, kept: str, *, is_default: bool = False) -> Field[ItemView]:
    return Field(f"contacts:{name}", lambda view: text(name, view.text(kept)), is_default)


def _complete_name(view: ItemView) -> Element | None:
    parts = [part for part in (text(name, view.text(kept)) for name, kept in _NAME_PARTS) if part is not None]
    return t("CompleteName", parts) if parts else None


def _notes(view: ItemView) -> Element | None:
    """What somebody noted about a contact is its body."""
    return t("Body", view.text("personalNotes"), BodyType="Text") if view.text("personalNotes") else None


def _children(view: ItemView) -> Element | None:
    names = view.properties.get("children") or []
    return t("Children", [t("String", name) for name in names]) if names else None


def _birthday(view: ItemView) -> Element | None:
    return text("Birthday", moment_text(view.text("birthday")) if view.text("birthday") else "")


_FIELDS: list[Field[ItemView]] = [
    Field("item:ParentFolderId", folder_id),
    Field("item:ItemClass", lambda _view: t("ItemClass", "IPM.Contact")),
    Field("item:Subject", lambda view: t("Subject", view.text("displayName"))),
    Field("item:Sensitivity", sensitivity),
    Field("item:Body", _notes, in_lists=False),
    Field("item:Categories", categories),
    Field("item:Importance", lambda _view: t("Importance", "Normal")),
    Field("item:DateTimeCreated", lambda view: t("DateTimeCreated", moment_text(view.text("createdDateTime")))),
    Field("item:HasAttachments", lambda _view: t("HasAttachments", boolean(False)), is_default=True),
    *modified_fields(ItemView),
    _text("FileAs", "fileAs", is_default=True),
    _text("DisplayName", "displayName"),
    _text("GivenName", "givenName"),
    _text("Initials", "initials"),
    _text("MiddleName", "middleName"),
    _text("Nickname", "nickName"),
    Field("contacts:CompleteName", _complete_name, is_default=True),
    _text("CompanyName", "companyName", is_default=True),
    Field(ANY, emails),
    Field(ANY, addresses),
    Field(ANY, phones),
    _text("AssistantName", "assistantName"),
    Field("contacts:Birthday", _birthday),
    _text("BusinessHomePage", "businessHomePage"),
    Field("contacts:Children", _children),
    _text("Department", "department"),
    _text("Generation", "generation"),
    Field(ANY, instant_messengers),
    _text("JobTitle", "jobTitle", is_default=True),
    _text("Manager", "manager"),
    _text("OfficeLocation", "officeLocation"),
    _text("Profession", "profession"),
    _text("SpouseName", "spouseName"),
    _text("Surname", "surname"),
]
