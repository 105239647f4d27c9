"""When a sign-in leads on to Office 365, and when it lets people be."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.person import Person
from tests.stack import Stack


def test_declining_ends_signed_in_with_a_button_to_connect_by_hand(person: Callable[..., Person]) -> None:
    ana = person()
    ana.sign_in()
    ana.press("Cancel")
    ana.sees_heading("Your calendar is not connected")
    assert ana.is_signed_in()
    ana.open("/meetings/")
    ana.press("Connect Office 365")
    ana.press("Accept")
    ana.is_up_to_date()


def test_mode_first_asks_once(person: Callable[..., Person]) -> None:
    ana = person()
    ana.sign_in()
    assert ana.was_at_microsoft()
    ana.press("Cancel")
    ana.sign_out()
    ana.sign_in()
    assert not ana.was_at_microsoft()
    ana.sees_heading("Meetings")


def test_mode_every_asks_until_the_calendar_is_connected(person: Callable[..., Person], stack: Stack) -> None:
    stack.manage("configure_calendar", "contoso", "--ask", "every")
    ana = person()
    for answer in ("Cancel", "Accept"):
        ana.sign_in()
        assert ana.was_at_microsoft()
        ana.press(answer)
        ana.open("/meetings/")
        ana.sign_out()
    ana.sign_in()
    assert not ana.was_at_microsoft()
    ana.is_up_to_date()


def test_a_password_sign_in_never_asks(person: Callable[..., Person]) -> None:
    dana = person("Dana Reyes")
    dana.open("/sign-in/")
    dana.page.get_by_label("Work e-mail").fill("dana@contoso.example")
    dana.page.get_by_label("Password").fill("atrium-demo")
    dana.press("Sign in with password")
    dana.sees_heading("Overview")
    assert not dana.was_at_microsoft()


def test_whoever_came_for_a_page_gets_there(person: Callable[..., Person], stack: Stack) -> None:
    ana = person()
    ana.page.goto(f"{stack.portal}/sso/contoso/login/?next=/contacts/")
    ana.press("Ana Lima")
    ana.press("Accept")
    ana.sees_heading("Contacts")
    expect(ana.page).to_have_url(f"{stack.portal}/contacts/")
