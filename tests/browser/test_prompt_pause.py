"""The pause of the prompt, so that nobody is sent round in circles where their company has to consent first."""

from collections.abc import Callable

import pytest

from tests.back_door_client import BackDoor
from tests.browser.consenting import goes_to_agree, make_dana
from tests.browser.ending import assert_not_connected
from tests.browser.person import Person
from tests.browser.prompting import again, answers, is_let_be
from tests.stack import Stack


@pytest.fixture(autouse=True)
def _every(door: BackDoor) -> None:
    """People are asked at every sign-in until they connect."""
    door.manage("configure_calendar", "contoso", "--ask", "every")


def test_microsofts_plain_word_that_consent_is_needed_pauses_for_everyone_for_a_day(
    person: Callable[..., Person], stack: Stack, door: BackDoor
) -> None:
    stack.control("POST", "/faults", {"kind": "token.consent_missing", "count": 1})
    ana, bo = answers(person(), "Accept"), person("Bo Lindqvist")
    ana.sees_heading("Your company's Office 365 admin has to approve first")
    assert not again(ana)
    assert is_let_be(bo)
    door.pass_time(minutes=24 * 60 + 1)
    assert again(bo)
    assert again(ana)
    assert ana.is_connected(), "nothing was asked at Microsoft, where she had accepted"


def test_three_people_who_cancel_pause_and_one_never_does(person: Callable[..., Person], door: BackDoor) -> None:
    ana, bo, cy = (person(name) for name in ("Ana Lima", "Bo Lindqvist", "Cy Marsh"))
    answers(ana)
    for _ in range(3):
        assert again(ana)
        ana.press("Cancel")
    for somebody in (bo, cy):
        answers(somebody)
    assert not again(ana)
    assert_not_connected(ana, door)
    # One of them connects by hand, and the pause is over.
    ana.open("/meetings/")
    ana.press("Connect Office 365")
    ana.press("Accept")
    ana.sees("Office 365 is connected.")
    assert again(bo)


def test_what_only_a_browser_brings_pauses_nothing_by_itself(person: Callable[..., Person], stack: Stack) -> None:
    stack.control("POST", "/faults", {"kind": "identity.consent_required", "upn": "ana@contoso.example", "count": 1})
    ana = person()
    ana.sign_in()
    ana.sees_heading("Your company's Office 365 admin has to approve first")
    assert again(ana)


def test_the_pause_ends_when_consent_is_reported(person: Callable[..., Person], stack: Stack) -> None:
    stack.control("POST", "/faults", {"kind": "token.consent_missing", "count": 1})
    ana, dana = answers(person(), "Accept"), make_dana(person)
    assert not again(ana)
    goes_to_agree(dana)
    dana.press("Accept")
    dana.sees("Microsoft reports that you agreed for the whole company.")
    assert again(ana)
    assert ana.is_connected()
