"""Agreeing by a link, in the browser of an Office 365 admin without a user here."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.back_door_client import BackDoor
from tests.browser.consenting import COMPANY, changed, make_dana, misbehave, state
from tests.browser.person import Person
from tests.stack import Stack


def make_link(dana: Person) -> str:
    """The address that Dana sends to whoever is an Office 365 admin."""
    dana.open(f"{COMPANY}consent/mail/")
    dana.press("Create a link")
    return dana.page.locator("#consent-address").input_value()


def make_visitor(person: Callable[..., Person], link: str) -> Person:
    """Somebody with the link and no user, in front of Microsoft's question."""
    visitor = person("Nobody of ours")
    visitor.page.goto(link)
    visitor.sees_heading("Approve Atrium for Contoso")
    visitor.sees("Calendars.Read")
    visitor.press("Continue to Microsoft")
    visitor.press("Dana Reyes")
    return visitor


def test_an_admin_without_a_user_agrees_and_whoever_waited_connects(
    person: Callable[..., Person], stack: Stack
) -> None:
    stack.control("PUT", "/tenants/contoso.example/policy", {"user_consent": "admin_only", "request_workflow": False})
    ana, dana = person(), make_dana(person)
    ana.sign_in("/contacts/")
    ana.press("Return to the application without granting consent")
    ana.press("Request approval")
    ana.sees("Your administrators are told.")
    visitor = make_visitor(person, make_link(dana))
    visitor.press("Accept")
    visitor.sees_heading("Thank you")
    assert not visitor.is_signed_in()
    assert state(dana) == "Reported"
    ana.open("/office365/approval/")
    ana.sees_heading("An Office 365 admin has approved")
    ana.press("Connect Office 365")
    ana.sees("Office 365 is connected.")
    assert state(dana) == "Confirmed"


def test_what_is_no_consent_is_said_and_records_nothing(
    person: Callable[..., Person], stack: Stack, door: BackDoor
) -> None:
    dana = make_dana(person)
    link = make_link(dana)
    visitor = make_visitor(person, link)
    visitor.press("Cancel")
    visitor.sees_heading("Nothing was approved")
    visitor.sees("Somebody pressed Cancel at Microsoft")
    misbehave(stack, "admin_consent.wrong_tenant")
    visitor.press("Try again")
    visitor.press("Continue to Microsoft")
    visitor.press("Accept")
    visitor.sees("You signed in to the Office 365 of another organisation.")
    assert not visitor.is_signed_in()
    door.pass_time(minutes=14 * 24 * 60 + 1)
    visitor.page.goto(link)
    visitor.sees_heading("This link does not work")
    assert state(dana) == "Unknown"
    assert door.holders_of_tokens() == []


def test_in_another_browser_late_and_after_it_was_revoked(person: Callable[..., Person], door: BackDoor) -> None:
    dana = make_dana(person)
    link = make_link(dana)
    visitor, stranger = make_visitor(person, link), person("A stranger")
    agreed = visitor.kept_answer()
    is_not_recorded(stranger, agreed)
    is_not_recorded(visitor, changed(agreed, state=""))
    door.pass_time(minutes=20)
    is_not_recorded(visitor, agreed)
    visitor.page.goto(link)
    visitor.press("Continue to Microsoft")
    agreed = visitor.kept_answer()
    dana.open(f"{COMPANY}consent/mail/")
    dana.page.get_by_role("link", name="Revoke").click()
    dana.page.get_by_role("button", name="Revoke").click()
    dana.sees("The link no longer works.")
    is_not_recorded(visitor, agreed)
    visitor.page.goto(link)
    visitor.sees_heading("This link does not work")
    assert state(dana) == "Unknown"


def is_not_recorded(visitor: Person, address: str) -> None:
    """A page says so to somebody who is not signed in, and names no company."""
    visitor.page.goto(address)
    visitor.sees_heading("Nothing was recorded here")
    visitor.sees("Reference")
    expect(visitor.page.get_by_text("Contoso")).to_have_count(0)
    assert not visitor.is_signed_in()
