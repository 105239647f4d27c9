"""CreateItem, of answers to invitations only: AcceptItem, TentativelyAcceptItem and DeclineItem.

https://learn.microsoft.com/exchange/client-developer/web-service-reference/createitem-acceptitem
https://learn.microsoft.com/exchange/client-developer/web-service-reference/declineitem
https://learn.microsoft.com/exchange/client-developer/web-service-reference/tentativelyacceptitem
"""

from collections.abc import Iterable

from sandbox.ews.calendar_view import last_change
from sandbox.ews.call import Call
from sandbox.ews.errors import EwsError, invalid_request, malformed_id
from sandbox.ews.ids import EVENT, change_key, ews_id
from sandbox.ews.items import referred_item
from sandbox.ews.responses import each
from sandbox.ews.xml import Element, children, find, local_name, m, t
from sandbox.tenant.calendar import Instance
from sandbox.tenant.invitations import answer

RESPONSES = {
    "AcceptItem": "accepted",
    "TentativelyAcceptItem": "tentativelyAccepted",
    "DeclineItem": "declined",
}
SENT = ("SendOnly", "SendAndSaveCopy")
# How the codes of each are called where there is nothing to answer.
SHORT = {"AcceptItem": "Accept", "TentativelyAcceptItem": "Tentative", "DeclineItem": "Decline"}
OPERATION = {"AcceptItem": "AcceptItem", "TentativelyAcceptItem": "Tentative", "DeclineItem": "DeclineItem"}


def create_item(call: Call) -> Element:
    """Each answer to an invitation, which is given and sent."""
    disposition = call.operation.get("MessageDisposition", "")

    def answered(node: Element) -> Iterable[Element]:
        return [m("Items", _answer(call, node, disposition))]

    return each("CreateItem", children(find(call.operation, "m:Items")), answered, lambda: [m("Items")])


def _answer(call: Call, node: Element, disposition: str) -> list[Element]:
    """What there is after it: the event as it was changed, or nothing where it was declined. Raises EwsError."""
    name = local_name(node)
    if name not in RESPONSES:
        raise invalid_request(f"The sandbox creates no {name}.")
    if not disposition:
        raise EwsError("ErrorMessageDispositionRequired", "The MessageDisposition is required for this item type.")
    if disposition not in SENT:
        raise invalid_request("The sandbox keeps no drafts.")
    row = _event(call, find(node, "t:ReferenceItemId"))
    _check(row, name)
    keeps_declined = name == "DeclineItem" and bool(call.world.faults.take("graph.keeps_declined", call.owner.upn))
    answer(call.mailbox, row, RESPONSES[name], keeps_declined=keeps_declined)
    call.world.changed()
    if name == "DeclineItem" and not keeps_declined:
        return []
    key = change_key(row.key, last_change(row.event)[0])
    return [t("CalendarItem", [t("ItemId", Id=ews_id(call.owner, EVENT, row.key), ChangeKey=key)])]


def _event(call: Call, reference: Element | None) -> Instance:
    """What is answered; the change key has to be there, and none is out of date here. Raises EwsError."""
    if reference is None:
        raise malformed_id()
    if not reference.get("ChangeKey"):
        raise EwsError("ErrorChangeKeyRequired", "The required change key was not found.")
    found = referred_item(call, reference.get("Id", ""))
    if not isinstance(found, Instance):
        raise invalid_request("A contact is no invitation.")
    return found


def _check(row: Instance, name: str) -> None:
    """Raises EwsError where there is nothing to answer."""
    said = row.properties
    if said.get("isCancelled"):
        raise EwsError(f"ErrorCalendarIsCancelledFor{SHORT[name]}", "The meeting was cancelled.")
    if said["isOrganizer"] and said.get("attendees"):
        raise EwsError(f"ErrorCalendarIsOrganizerFor{SHORT[name]}", "You are the organizer of this meeting.")
    if said["isOrganizer"]:
        message = f"This is not a valid item for the operation {name}."
        raise EwsError(f"ErrorInvalidItemForOperation{OPERATION[name]}", message)
