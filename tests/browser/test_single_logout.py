"""Signing out of both: begun here, and begun at the identity provider, which is another site."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.person import Person
from tests.stack import Stack


def make_ana(person: Callable[..., Person]) -> Person:
    """Ana, signed in with SSO."""
    ana = person("Ana Lima")
    ana.sign_in()
    ana.press("Cancel")
    ana.open("/meetings/")
    return ana


def test_signing_out_here_signs_out_there(person: Callable[..., Person], stack: Stack) -> None:
    ana = make_ana(person)
    ana.page.get_by_role("button", name="Sign out").click()
    ana.sees("You are signed out of Atrium and of your company's single sign-on.")
    assert not ana.is_signed_in()
    ana.page.goto(f"{stack.portal}/sso/contoso/login/")
    expect(ana.page.get_by_role("button", name="Ana Lima")).to_be_visible()
    expect(ana.page.get_by_text("Continue as Ana Lima")).to_have_count(0)


def test_signing_out_there_signs_out_here(person: Callable[..., Person], stack: Stack) -> None:
    ana = make_ana(person)
    ana.page.goto(f"{stack.sandbox}/saml/contoso.example/logout")
    ana.press("Sign out everywhere")
    ana.sees("Signed out everywhere.")
    assert not ana.is_signed_in()
