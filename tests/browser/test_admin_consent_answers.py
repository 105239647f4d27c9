"""Agreeing for the whole company: what Microsoft, or anybody, may answer, and how far it is believed.

By somebody who is signed in; test_consent_link_answers has those who were sent a link.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.back_door_client import BackDoor
from tests.browser.consenting import COMPANY, changed, goes_to_agree, make_dana, misbehave, state
from tests.browser.person import Person
from tests.stack import Stack

FABRIKAM = "22222222-aaaa-4bbb-8ccc-000000000002"
CANCELLED = "Nothing was agreed for the company: somebody pressed Cancel at Microsoft."
ELSEWHERE = "Nothing was recorded: that was the Office 365 of another organisation."
UNUSABLE = "Nothing was recorded: Microsoft's answer could not be used."


def test_agreeing_is_reported_and_the_own_mailbox_confirms_it(person: Callable[..., Person], door: BackDoor) -> None:
    dana = make_dana(person)
    goes_to_agree(dana)
    dana.press("Accept")
    dana.sees("Microsoft reports that you agreed for the whole company.")
    expect(dana.page).to_have_url(dana.stack.portal + COMPANY)
    assert state(dana) == "Confirmed"
    assert door.holders_of_tokens() == [dana.email]


@pytest.mark.parametrize("kind", ["admin_consent.not_granted", "admin_consent.fewer_scopes"])
def test_a_report_proves_nothing(person: Callable[..., Person], stack: Stack, door: BackDoor, kind: str) -> None:
    misbehave(stack, kind)
    dana = make_dana(person)
    goes_to_agree(dana)
    dana.press("Accept")
    dana.press("Cancel")  # of what Microsoft still asks, for her own mailbox
    dana.sees_heading("An Office 365 admin has approved")
    dana.sees("before it counts everywhere")
    assert dana.is_signed_in()
    assert state(dana) == "Reported"
    assert door.holders_of_tokens() == []


def test_a_refusal_within_half_an_hour_of_the_report_says_nothing_and_later_it_does(
    person: Callable[..., Person], stack: Stack, door: BackDoor
) -> None:
    stack.control("POST", "/faults", {"kind": "admin_consent.delayed", "count": 1, "seconds": 3600})
    dana = make_dana(person)
    goes_to_agree(dana)
    dana.press("Accept")
    dana.sees_heading("An Office 365 admin has approved")
    assert state(dana) == "Reported"
    door.pass_time(minutes=31)
    dana.open("/office365/authorize/")
    dana.sees_heading("Your company's Office 365 admin has to approve first")
    assert state(dana) == "Withdrawn"
    assert door.holders_of_tokens() == []


@pytest.mark.parametrize(
    ("kind", "button", "words"),
    [
        ("", "Cancel", CANCELLED),
        ("admin_consent.wrong_tenant", "Accept", ELSEWHERE),
        ("admin_consent.not_admin", "Return to the application without granting consent", CANCELLED),
    ],
    ids=["cancelled, which says admin_consent=True as well", "another tenant", "no admin at Microsoft"],
)
def test_what_is_no_consent_is_said_and_records_nothing(
    person: Callable[..., Person], stack: Stack, door: BackDoor, kind: str, button: str, words: str
) -> None:
    dana = make_dana(person)
    goes_to_agree(dana)
    if kind:
        misbehave(stack, kind)
    if kind == "admin_consent.not_admin":
        dana.page.reload()
    dana.press(button)
    dana.sees(words)
    dana.sees("Reference")
    expect(dana.page).to_have_url(dana.stack.portal + COMPANY)
    assert state(dana) == "Unknown"
    assert door.holders_of_tokens() == []


def test_answers_that_nobody_at_microsoft_wrote_record_nothing(
    person: Callable[..., Person], door: BackDoor, subtests: pytest.Subtests
) -> None:
    dana = make_dana(person)
    for parts, words in (
        ({"error": "access_denied", "error_subcode": "cancel"}, CANCELLED),
        ({"error": "server_error"}, UNUSABLE),
        ({"tenant": FABRIKAM}, ELSEWHERE),
        ({"tenant": ""}, ELSEWHERE),
        ({"admin_consent": "False"}, UNUSABLE),
    ):
        with subtests.test(str(parts)):
            goes_to_agree(dana)
            dana.page.goto(changed(dana.kept_answer("cancel"), **{"error": "", "admin_consent": "True", **parts}))
            dana.sees(words)
            dana.sees("Reference")
            assert state(dana) == "Unknown"
    assert dana.is_signed_in()
    assert door.holders_of_tokens() == []


def test_without_state_by_another_person_twice_and_late(person: Callable[..., Person], door: BackDoor) -> None:
    dana, ana = make_dana(person), person()
    ana.sign_in()
    ana.press("Cancel")
    goes_to_agree(dana)
    agreed = dana.kept_answer()
    for somebody, address in ((dana, changed(agreed, state="")), (dana, changed(agreed, state="x")), (ana, agreed)):
        is_refused(somebody, address)
    assert state(dana) == "Unknown"
    door.pass_time(minutes=20)
    is_refused(dana, agreed)
    assert state(dana) == "Unknown"
    goes_to_agree(dana)
    cancelled = dana.kept_answer("cancel")
    dana.page.goto(cancelled)
    dana.sees(CANCELLED)
    is_refused(dana, changed(cancelled, error=""))
    assert state(dana) == "Unknown"
    assert door.holders_of_tokens() == []


def is_refused(somebody: Person, address: str) -> None:
    """The answer is explained on a page, and they are signed in."""
    somebody.page.goto(address)
    somebody.sees_heading("Nothing was connected")
    somebody.sees("Microsoft's answer belongs to no open request of yours")
    somebody.sees("Reference")
    assert somebody.is_signed_in()
