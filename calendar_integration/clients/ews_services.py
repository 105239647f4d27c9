"""The operations of EWS that are used, as exchangelib writes and reads them.

https://learn.microsoft.com/exchange/client-developer/web-service-reference/ews-operations-in-exchange
Answers are given as the XML of each item; ews_items says why.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from exchangelib import Contact, EWSDateTime, errors
from exchangelib.fields import FieldPath, TextField
from exchangelib.items import ID_ONLY, SHALLOW
from exchangelib.properties import CalendarView, DistinguishedFolderId, FolderId, ItemId, RecurringMasterItemId
from exchangelib.services import FindItem, GetItem, SyncFolderItems
from lxml.etree import _Element

from calendar_integration.clients import ews_contacts, ews_items
from calendar_integration.clients.ews_items import TYPES
from calendar_integration.clients.ews_transport import Mailbox
from calendar_integration.clients.ews_trouble import RangeTooBigError, translated_errors
from calendar_integration.clients.unreadable import left_out
from calendar_integration.errors import ServerUnavailableError

MOST_CHANGES = 512  # in one answer of SyncFolderItems; the server takes no more


class Changes(NamedTuple):
    """What one answer says has changed in a folder: items as they are now, ids of those that went."""

    items: list[_Element]
    removed: list[str]
    state: str
    is_last: bool


class Items(NamedTuple):
    """Items by the ids that they were asked for, and the ids of those that the server itself cannot read."""

    found: dict[str, _Element]
    unreadable: list[str]


class OwnFolder(DistinguishedFolderId):  # type: ignore[misc] # exchangelib has no types
    """A folder of whoever the token is for; exchangelib would name a mailbox too, by an address that may be wrong."""

    def clean(self, version: Any = None) -> None:
        """Fit to be sent without a mailbox."""
        FolderId.clean(self, version=version)


class _Changes(SyncFolderItems):  # type: ignore[misc] # exchangelib has no types
    """Changes as they were sent; an error is told as such, also by servers that leave the state out of it."""

    def _get_element_container(self, message: Any, name: str | None = None) -> Any:
        if message.get("ResponseClass") == "Success":
            return super()._get_element_container(message=message, name=name)
        return GetItem._get_element_container(self, message=message, name=name)  # which is that of all services

    def _elem_to_obj(self, elem: _Element) -> _Element:
        return elem


class _View(FindItem):  # type: ignore[misc] # exchangelib has no types
    """Ids of items in a view, which has no second page: exchangelib would ask for one for ever."""

    @staticmethod
    def _get_paging_values(elem: _Element) -> tuple[int, None]:
        if elem.get("IncludesLastItemInRange") != "true":
            raise RangeTooBigError("The Exchange server left items of the view out.")
        return int(elem.attrib["TotalItemsInView"]), None

    def _elem_to_obj(self, elem: _Element) -> _Element:
        return elem


class _Items(GetItem):  # type: ignore[misc] # exchangelib has no types
    """Items as they were sent."""

    def _elem_to_obj(self, elem: _Element) -> _Element:
        return elem


def fields(*names: str) -> list[Any]:
    """Fields to ask for, by their FieldURI."""
    return [FieldPath(TextField(name=name, field_uri=name)) for name in names]


ITEM = fields(*ews_items.FIELDS)
MASTER = fields(*ews_items.FIELDS_OF_MASTER)
CONTACT = fields(*ews_contacts.FIELDS) + [
    FieldPath(Contact.get_field_by_fieldname(name)) for name in ("email_addresses", "phone_numbers")
]


def changes(mailbox: Mailbox, folder: str, state: str, *, whole: bool) -> Changes:
    """What has changed in a folder since a state, up to 512 items; with `whole`, contacts as they are now.

    https://learn.microsoft.com/exchange/client-developer/web-service-reference/syncfolderitems-operation
    """
    service = _Changes(account=mailbox)
    with translated_errors():
        found = list(
            service.call(
                folder=OwnFolder(id=folder),
                shape=ID_ONLY,
                additional_fields=CONTACT if whole else None,
                sync_state=state or None,
                ignore=None,
                max_changes_returned=MOST_CHANGES,
                sync_scope=None,
            )
        )
        items = [change[0] for change in found if change.tag in (f"{TYPES}Create", f"{TYPES}Update")]
        removed = [ews_items.id_of(change)[0] for change in found if change.tag == f"{TYPES}Delete"]
        return Changes(items, removed, str(service.sync_state), bool(service.includes_last_item_in_range))


def view(mailbox: Mailbox, start: datetime, end: datetime) -> list[str]:
    """The ids of what takes place between two moments, series as occurrences.

    Raises RangeTooBigError where the server does not say so much at once.
    https://learn.microsoft.com/exchange/client-developer/web-service-reference/calendarview
    """
    with translated_errors():
        found = _View(account=mailbox).call(
            folders=[OwnFolder(id="calendar")],
            additional_fields=None,
            restriction=None,
            order_fields=None,
            shape=ID_ONLY,
            query_string=None,
            depth=SHALLOW,
            calendar_view=CalendarView(start=_ews_time(start), end=_ews_time(end)),
            max_items=None,
            offset=0,
        )
        return [ews_items.id_of(item)[0] for item in found]


def items(mailbox: Mailbox, ids: Sequence[str]) -> Items:
    """Calendar items whole; those that went meanwhile are left out."""
    answers = dict(zip(ids, _get(mailbox, [ItemId(id=one) for one in ids], ITEM), strict=True))
    broken = {one: answer for one, answer in answers.items() if isinstance(answer, Exception)}
    unreadable = [one for one, answer in broken.items() if not isinstance(answer, errors.ErrorItemNotFound)]
    return Items(
        {one: answer for one, answer in answers.items() if one not in broken},
        [left_out(one, broken[one]) for one in unreadable],
    )


def masters(mailbox: Mailbox, ids_of_occurrences: Sequence[str]) -> list[_Element]:
    """The series that these occurrences are of."""
    answers = _get(mailbox, [RecurringMasterItemId(id=one) for one in ids_of_occurrences], MASTER)
    return [answer for answer in answers if not isinstance(answer, Exception)]


def _get(mailbox: Mailbox, ids: Sequence[Any], wanted: list[Any]) -> list[Any]:
    """The element, or the error of exchangelib's, that was answered to each id.

    https://learn.microsoft.com/exchange/client-developer/web-service-reference/getitem-operation
    """
    with translated_errors():
        answers = list(_Items(account=mailbox).call(items=ids, additional_fields=wanted, shape=ID_ONLY))
    if len(answers) != len(ids):
        raise ServerUnavailableError("The Exchange server sent fewer items than it was asked for.")
    return answers


def _ews_time(moment: datetime) -> Any:
    return EWSDateTime.from_datetime(moment.astimezone(ZoneInfo("UTC")))
