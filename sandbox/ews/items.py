"""Items by their ids, and GetItem.

https://learn.microsoft.com/exchange/client-developer/web-service-reference/getitem-operation
"""

from collections.abc import Iterable
from datetime import date
from itertools import islice

from sandbox.ews.calendar_item import calendar_item
from sandbox.ews.calendar_view import EventView
from sandbox.ews.call import Call
from sandbox.ews.contact_item import contact_item, contact_view
from sandbox.ews.errors import EwsError, corrupt_data, item_not_found, malformed_id
from sandbox.ews.ids import CONTACT, EVENT, referred
from sandbox.ews.responses import each
from sandbox.ews.shape import Shape
from sandbox.ews.xml import Element, children, find, local_name, m
from sandbox.tenant.calendar import Instance, base_instance, occurrence, takes_place
from sandbox.tenant.ids import occurrence_key, split_key
from sandbox.tenant.mailbox import Contact, Event, NoSuchItem
from sandbox.tenant.recurrence import occurrence_dates

Item = Instance | Contact


def get_item(call: Call) -> Element:
    """Items with every property that is asked for."""
    shape = Shape.read(find(call.operation, "m:ItemShape"))

    def answered(node: Element) -> Iterable[Element]:
        if call.fault("unreadable_item"):
            raise corrupt_data()
        return [m("Items", [item_element(call, _find(call, node), shape, listed=False)])]

    return each("GetItem", children(find(call.operation, "m:ItemIds")), answered, lambda: [m("Items")])


def item_element(call: Call, item: Item, shape: Shape, *, listed: bool) -> Element:
    """An item as it is written."""
    if isinstance(item, Contact):
        return contact_item(contact_view(call, item, shape, listed=listed))
    return calendar_item(EventView.of(call, item, shape, listed=listed))


def _find(call: Call, node: Element) -> Item:
    """The item behind an ItemId, a RecurringMasterItemId or an OccurrenceItemId. Raises EwsError."""
    name = local_name(node)
    if name == "ItemId":
        return referred_item(call, node.get("Id", ""))
    if name == "RecurringMasterItemId":
        return base_instance(_series(call, node.get("OccurrenceId", "")))
    if name == "OccurrenceItemId":
        return _by_index(_series(call, node.get("RecurringMasterId", "")), int(node.get("InstanceIndex", "0")))
    raise malformed_id()


def referred_item(call: Call, public: str) -> Item:
    """The item that an ItemId is of. Raises EwsError."""
    reference = referred(call.owner, public)
    try:
        if reference.kind == CONTACT:
            return call.mailbox.contact(reference.key)
        if reference.kind == EVENT:
            return _instance(call.mailbox.event(reference.key), split_key(reference.key)[1])
    except NoSuchItem as error:
        raise item_not_found() from error
    raise malformed_id()


def _instance(event: Event, day: str | None) -> Instance:
    if day is None:
        return base_instance(event)
    if not takes_place(event, day):
        raise item_not_found()
    return occurrence(event, date.fromisoformat(day))


def _series(call: Call, public: str) -> Event:
    reference = referred(call.owner, public)
    try:
        event = call.mailbox.event(reference.key)
    except NoSuchItem as error:
        raise item_not_found() from error
    if not event.is_series:
        raise EwsError("ErrorCalendarCannotUseIdForRecurringMasterId", "The id is not that of a recurring master.")
    return event


def _by_index(event: Event, index: int) -> Instance:
    """The n-th occurrence, counted from 1 and with those that were cancelled."""
    dates = occurrence_dates(event.properties["recurrence"], date.max)
    day = next(islice(dates, index - 1, None), None) if index > 0 else None
    if day is None:
        message = "Occurrence index is out of recurrence range."
        raise EwsError("ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange", message)
    if day.isoformat() in event.cancelled:
        message = "Occurrence with this index was previously deleted from the recurrence."
        raise EwsError("ErrorCalendarOccurrenceIsDeletedFromRecurrence", message)
    return _instance(event, split_key(occurrence_key(event.key, day))[1])
