"""Answers to invitations by EWS, which are items that the server turns into a reply to the organizer.

https://learn.microsoft.com/exchange/client-developer/exchange-web-services/how-to-accept-and-decline-meetings-by-using-ews-in-exchange
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from exchangelib import Body, errors
from exchangelib.items import (
    SEND_AND_SAVE_COPY,
    SEND_TO_NONE,
    AcceptItem,
    DeclineItem,
    TentativelyAcceptItem,
)
from exchangelib.properties import ReferenceItemId
from exchangelib.services import CreateItem
from lxml.etree import _Element

from calendar_integration.clients import ews_items, ews_services
from calendar_integration.clients.base import Response
from calendar_integration.clients.ews_transport import Mailbox
from calendar_integration.clients.ews_trouble import translated_errors
from calendar_integration.clients.graph_answers import ActionRefusedError, ItemNotFoundError

REPLIES = {
    Response.ACCEPTED: AcceptItem,
    Response.TENTATIVE: TentativelyAcceptItem,
    Response.DECLINED: DeclineItem,
}
REFUSED = (
    errors.ErrorCalendarIsCancelledForAccept,
    errors.ErrorCalendarIsCancelledForDecline,
    errors.ErrorCalendarIsCancelledForTentative,
    errors.ErrorCalendarIsOrganizerForAccept,
    errors.ErrorCalendarIsOrganizerForDecline,
    errors.ErrorCalendarIsOrganizerForTentative,
    errors.ErrorCalendarMeetingRequestIsOutOfDate,
    errors.ErrorInvalidItemForOperationAcceptItem,
    errors.ErrorInvalidItemForOperationDeclineItem,
    errors.ErrorInvalidItemForOperationTentative,
)


class _Reply(CreateItem):  # type: ignore[misc] # exchangelib has no types
    """One answer, sent at once. exchangelib would look the folder of sent items up, which is the server's default."""

    def send(self, reply: Any) -> list[Any]:
        """What the server says of it, item by item."""
        return list(
            self._elems_to_objs(
                self._chunked_get_elements(
                    self.get_payload,
                    items=[reply],
                    folder=None,
                    message_disposition=SEND_AND_SAVE_COPY,
                    send_meeting_invitations=SEND_TO_NONE,
                )
            )
        )

    def _elem_to_obj(self, elem: _Element) -> _Element:
        return elem


def respond(mailbox: Mailbox, remote_id: str, response: Response, comment: str) -> None:
    """Answer an invitation, and tell the organizer; a master's id answers the series. It is sent once.

    Raises ItemNotFoundError, ActionRefusedError where the server finds that it cannot be done, and the errors of
    calendar_integration.errors.
    """
    asked = ews_services.items(mailbox, [remote_id])  # the change key that it has now has to be named
    if asked.unreadable:
        raise ActionRefusedError("The Exchange server cannot read this item.")
    if not asked.found:
        raise ItemNotFoundError("The Exchange server knows no such item.")
    with translated_errors():
        now_id, change_key = ews_items.id_of(asked.found[remote_id])
        reply = REPLIES[response](reference_item_id=ReferenceItemId(id=now_id, changekey=change_key))
        if comment:
            reply.body = Body(comment)
        with _refusals():
            for said in _Reply(account=mailbox).send(reply):
                if isinstance(said, Exception):
                    raise said


@contextmanager
def _refusals() -> Iterator[None]:
    """What the server says of this item alone."""
    try:
        yield
    except errors.ErrorItemNotFound as error:
        raise ItemNotFoundError("The Exchange server knows no such item.") from error
    except REFUSED as error:
        raise ActionRefusedError(f"The Exchange server answered {type(error).__name__}") from error
