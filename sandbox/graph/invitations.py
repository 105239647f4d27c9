"""Answers to invitations: accept, tentativelyAccept and decline.

https://learn.microsoft.com/graph/api/event-accept
https://learn.microsoft.com/graph/api/event-tentativelyaccept
https://learn.microsoft.com/graph/api/event-decline
"""

from collections.abc import Callable
from functools import partial

from sandbox.graph.calendars import find_instance
from sandbox.graph.call import Call, item_key
from sandbox.graph.errors import bad_request
from sandbox.tenant.calendar import Instance
from sandbox.tenant.invitations import answer
from sandbox.tenant.mailbox import Json

_PARAMETERS: dict[str, type] = {"comment": str, "sendresponse": bool}


def _answer(response: str, call: Call, *ids: str) -> None:
    """Answers the event, the whole series, or one occurrence, which thereby becomes an exception."""
    row = find_instance(call, item_key(ids[-1]))
    _check(row, _parameters(call.body))
    keeps_declined = response == "declined" and bool(call.world.faults.take("graph.keeps_declined", call.owner.upn))
    answer(call.mailbox, row, response, keeps_declined=keeps_declined)
    call.world.changed()


def _parameters(body: Json) -> Json:
    """What was posted, by lower-case name. Raises GraphError 400 for what the actions do not take."""
    given = {name.casefold(): value for name, value in body.items()}
    for name, value in given.items():
        if name not in _PARAMETERS or not isinstance(value, _PARAMETERS[name]):
            raise bad_request(f"The parameter '{name}' in the request payload is not valid.", "RequestBodyRead")
    return given


def _check(row: Instance, given: Json) -> None:
    """Raises GraphError 400 where there is nothing to answer."""
    if row.properties["isOrganizer"]:
        message = "You can't respond to this meeting because you're the meeting organizer."
        raise bad_request(f"Your request can't be completed. {message}", "ErrorInvalidRequest")
    if given.get("sendresponse", True) and not row.properties["responseRequested"]:
        message = "The meeting organizer hasn't requested a response."
        raise bad_request(f"Your request can't be completed. {message}", "ErrorInvalidRequest")


ACTIONS: dict[str, Callable[..., None]] = {
    "accept": partial(_answer, "accepted"),
    "tentativelyAccept": partial(_answer, "tentativelyAccepted"),
    "decline": partial(_answer, "declined"),
}
