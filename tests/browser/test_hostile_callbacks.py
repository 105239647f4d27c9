"""Answers at the callback that nobody at Microsoft sent, or that were meant for somebody else.

Each ends signed in and explained, connects nothing, and uses nothing up: the open journey can still be finished.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.back_door_client import BackDoor
from tests.browser.consenting import changed, part
from tests.browser.ending import assert_explained, assert_goes_on
from tests.browser.person import Person
from tests.stack import Stack

TENANT = "11111111-aaaa-4bbb-8ccc-000000000001"
BELONGS_TO_NOTHING = "Microsoft's answer belongs to no open request of yours"


def make_asked(person: Callable[..., Person], name: str = "Ana Lima") -> Person:
    """Somebody in front of Microsoft's question."""
    somebody = person(name)
    somebody.sign_in("/contacts/")
    somebody.sees_heading("Permissions requested")
    return somebody


def is_refused(somebody: Person, door: BackDoor, address: str) -> None:
    """The answer is explained, connects nothing, and leads nowhere but into the portal."""
    somebody.page.goto(address)
    assert_explained(somebody, door, "Nothing was connected", BELONGS_TO_NOTHING)
    assert_goes_on(somebody, "/meetings/")


def test_without_a_state_with_an_invented_one_and_with_another_persons(
    person: Callable[..., Person], door: BackDoor
) -> None:
    ana, bo = make_asked(person), make_asked(person, "Bo Lindqvist")
    hers, his = ana.kept_answer(), bo.kept_answer()
    for state in ("", "invented", "\0", part(his, "state")):
        is_refused(ana, door, changed(hers, state=state))
    is_refused(ana, door, his)
    for somebody, answer in ((ana, hers), (bo, his)):
        somebody.page.goto(answer)
        somebody.sees("Office 365 is connected.")
        expect(somebody.page).to_have_url(somebody.stack.portal + "/contacts/")


def test_another_persons_code_under_ones_own_state(person: Callable[..., Person], door: BackDoor) -> None:
    ana, bo = make_asked(person), make_asked(person, "Bo Lindqvist")
    stolen = part(bo.kept_answer(), "code")
    ana.page.goto(changed(ana.kept_answer(), code=stolen))
    assert_explained(ana, door, "Your calendar is not connected", "Microsoft's answer could not be used")
    assert_goes_on(ana, "/contacts/")
    assert door.holders_of_tokens() == []


def test_twice(person: Callable[..., Person], door: BackDoor) -> None:
    ana, bo = make_asked(person), make_asked(person, "Bo Lindqvist")
    hers, his = ana.kept_answer("cancel"), bo.kept_answer()
    ana.page.goto(hers)
    ana.sees_heading("Your calendar is not connected")
    is_refused(ana, door, hers)
    bo.page.goto(his)
    bo.sees("Office 365 is connected.")
    bo.page.goto(his)
    bo.sees_heading("Nothing was changed")
    bo.sees("Your mailbox is connected, and stays so.")
    assert (bo.is_signed_in(), bo.is_connected(), bo.journeys()) == (True, True, 1)


def test_after_twenty_minutes(person: Callable[..., Person], door: BackDoor) -> None:
    ana = make_asked(person)
    answer = ana.kept_answer()
    door.pass_time(minutes=20)
    is_refused(ana, door, answer)


def test_another_mailbox_than_the_signed_in_persons(person: Callable[..., Person], door: BackDoor) -> None:
    ana = make_asked(person)
    ana.page.goto(f"{ana.stack.sandbox}/saml/contoso.example/logout-session")
    ana.open("/office365/authorize/?next=/contacts/")
    ana.press("Bo Lindqvist")
    ana.press("Accept")
    words = "You authorized the mailbox of bo@contoso.example, but you are signed in here as ana@contoso.example."
    assert_explained(ana, door, "That was somebody else's mailbox", words)
    assert_goes_on(ana, "/contacts/")
    assert door.holders_of_tokens() == []


@pytest.mark.parametrize(
    ("query", "heading"),
    [
        ({"error": "access_denied", "error_subcode": "cancel"}, "Your calendar is not connected"),
        ({"error": "consent_required"}, "Your company's Office 365 admin has to approve first"),
        ({"error": "invalid_request"}, "Your calendar is not connected"),
    ],
    ids=lambda value: value.get("error", "") if isinstance(value, dict) else "",
)
def test_an_error_and_a_success_at_once(
    person: Callable[..., Person], door: BackDoor, query: dict[str, str], heading: str
) -> None:
    ana = make_asked(person)
    ana.page.goto(changed(ana.kept_answer(), **query, admin_consent="True", tenant=TENANT))
    assert_explained(ana, door, heading)
    assert_goes_on(ana, "/contacts/")


@pytest.mark.parametrize("kind", ["identity.wrong_state", "identity.no_state"])
def test_microsoft_itself_loses_the_state(
    person: Callable[..., Person], stack: Stack, door: BackDoor, kind: str
) -> None:
    stack.control("POST", "/faults", {"kind": kind, "upn": "ana@contoso.example", "count": 1})
    ana = make_asked(person)
    is_refused(ana, door, ana.kept_answer())
    ana.sees("You went to Microsoft and have not come back yet")


def test_without_a_session(person: Callable[..., Person], door: BackDoor) -> None:
    ana, nobody = make_asked(person), person("Nobody")
    nobody.page.goto(ana.kept_answer())
    nobody.sees("Your session ended while you were at Microsoft.")
    assert not urlsplit(nobody.page.url).query, "neither code nor state is repeated in an address"
    assert not nobody.is_signed_in()
    assert door.holders_of_tokens() == []


# The same answers with what a token says amiss are rows of test_authorization_outcomes: another tenant, another
# person, fewer scopes.
