"""Answers to invitations at the sandbox's Exchange server, by exchangelib and by hand; all held against the schema."""

from typing import Any

import pytest
from exchangelib.errors import (
    ErrorCalendarIsCancelledForDecline,
    ErrorCalendarIsOrganizerForAccept,
    ErrorInvalidItemForOperationTentative,
)

from tests.sandbox.ews_side import PIA, Exchange, values

CALENDAR = f"/people/{PIA}/events"
ORGANIZER = {"emailAddress": {"name": "Omar Haddad", "address": "omar@contoso.example"}}
ASKED = ("subject", "my_response_type", "changekey")
ATTENDEES = [{"type": "required", "emailAddress": {"name": "Pia Rossi", "address": PIA}}]
INVITED = {"organizer": ORGANIZER, "attendees": ATTENDEES}


def invite(pia: Exchange, **event: Any) -> Any:
    """A meeting of Pia's, as exchangelib finds it; unless the fields say otherwise, Omar invites her."""
    start = {"dateTime": "2027-01-12T09:00:00", "timeZone": "UTC"}
    pia.sandbox.control("POST", CALENDAR, {"subject": "Pricing", "start": start, **(event or INVITED)}, 201)
    return found(pia)


def found(pia: Exchange) -> Any:
    (item,) = listed(pia)
    return item


def listed(pia: Exchange) -> list[Any]:
    return [item for item in pia.account().calendar.all().only(*ASKED) if item.subject == "Pricing"]


@pytest.mark.parametrize(("action", "response"), [("accept", "Accept"), ("tentatively_accept", "Tentative")])
def test_an_answer_is_given_and_the_item_has_changed(pia: Exchange, action: str, response: str) -> None:
    item = invite(pia)
    getattr(item, action)(body="See you there")
    after = found(pia)
    assert (after.my_response_type, after.id) == (response, item.id)
    assert after.changekey != item.changekey


def test_what_is_declined_leaves_the_calendar_unless_outlook_is_set_to_keep_it(pia: Exchange) -> None:
    invite(pia).decline()
    assert listed(pia) == []
    pia.sandbox.fault("graph.keeps_declined")
    invite(pia).decline()
    assert found(pia).my_response_type == "Decline"


def test_where_there_is_nothing_to_answer_it_says_why(pia: Exchange) -> None:
    mine = invite(pia, attendees=ATTENDEES)
    with pytest.raises(ErrorCalendarIsOrganizerForAccept):
        mine.accept()
    pia.sandbox.control("DELETE", f"{CALENDAR}/{graph_id(pia)}", None, 204)
    with pytest.raises(ErrorInvalidItemForOperationTentative):
        invite(pia, body={"contentType": "text", "content": "mine alone"}).tentatively_accept()
    pia.sandbox.control("DELETE", f"{CALENDAR}/{graph_id(pia)}", None, 204)
    cancelled = invite(pia, **INVITED, isCancelled=True)
    with pytest.raises(ErrorCalendarIsCancelledForDecline):
        cancelled.decline()


def graph_id(pia: Exchange) -> str:
    events = pia.sandbox.control("GET", CALENDAR)["value"]
    return str(next(event["id"] for event in events if event["subject"] == "Pricing"))


@pytest.mark.parametrize(
    ("disposition", "reply", "code"),
    [
        ("", '<t:AcceptItem><t:ReferenceItemId Id="{id}" ChangeKey="{key}"/></t:AcceptItem>', "MessageDisposition"),
        ("SaveOnly", '<t:AcceptItem><t:ReferenceItemId Id="{id}" ChangeKey="{key}"/></t:AcceptItem>', "InvalidRequest"),
        ("SendOnly", '<t:AcceptItem><t:ReferenceItemId Id="{id}"/></t:AcceptItem>', "ChangeKeyRequired"),
        ("SendOnly", '<t:DeclineItem><t:ReferenceItemId Id="x" ChangeKey="{key}"/></t:DeclineItem>', "IdMalformed"),
        ("SendOnly", "<t:DeclineItem/>", "IdMalformed"),
        ("SendOnly", "<t:Task><t:Subject>Call</t:Subject></t:Task>", "InvalidRequest"),
    ],
)
def test_what_it_does_not_take_changes_nothing(pia: Exchange, disposition: str, reply: str, code: str) -> None:
    item = invite(pia)
    attribute = f' MessageDisposition="{disposition}"' if disposition else ""
    written = reply.format(id=item.id, key=item.changekey)
    answer = pia.ask(f"<m:CreateItem{attribute}><m:Items>{written}</m:Items></m:CreateItem>")
    (said,) = values(answer, ".//m:ResponseCode")
    assert code in said
    assert found(pia).changekey == item.changekey
