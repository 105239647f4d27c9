"""Single sign-on set up by an administrator alone, in a browser: from metadata to enforced."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person
from tests.browser.test_settings import dialog, make_dana
from tests.stack import Stack


def state(dana: Person, text: str) -> None:
    """What the page says of how it stands."""
    dana.open("/account/sso/")
    expect(dana.page.locator("#state")).to_have_text(text)


def confirm(dana: Person, name: str) -> None:
    """A link that asks in a dialog, or on a page of its own, and the button that does it."""
    dana.page.get_by_role("link", name=name, exact=True).click()
    dana.page.get_by_role("button", name=name, exact=True).click()
    dana.page.wait_for_load_state()


def take(dana: Person, stack: Stack) -> None:
    """The sandbox's metadata by its URL, after one that is not reached."""
    dana.open("/account/sso/draft/metadata/")
    dana.page.get_by_label("Metadata URL").fill("https://127.0.0.1/metadata")
    dana.press("Import from URL")
    dana.sees("127.0.0.1 is in a private network, which is not reached from here.")
    dana.page.get_by_label("Metadata URL").fill(f"{stack.sandbox}/saml/contoso.example/metadata")
    dana.page.get_by_role("button", name="Import from URL", exact=True).click()
    dana.sees("The draft is saved.")


@pytest.mark.parametrize("scripts", [True, False])
def test_from_metadata_to_enforced(person: Callable[..., Person], stack: Stack, scripts: bool) -> None:
    dana = make_dana(person, java_script_enabled=scripts)
    state(dana, "In use")
    take(dana, stack)
    dana.sees("Next: test the draft")
    dana.press("Test sign-in")
    dana.press("Ana Lima")
    if not scripts:
        dana.press("Continue")
    dana.sees_heading("The test succeeded")
    dana.sees("ana@contoso.example")
    confirm(dana, "Use it")
    dana.sees("The draft is in use now.")
    confirm(dana, "Enforce")
    dana.sees("Single sign-on is enforced.")
    state(dana, "In use and enforced")
    ana = person("Ana Lima")
    ana.open("/sign-in/")
    ana.page.get_by_label("Work e-mail").fill(ana.email)
    ana.page.get_by_label("Password").fill("whatever it was")
    ana.press("Sign in with password")
    ana.sees("Passwords are not used.")
    expect(ana.page.get_by_label("Password")).to_have_count(0)
    confirm(dana, "Stop enforcing")
    dana.sees("People can use passwords again.")
    confirm(dana, "Switch off")
    dana.sees("Single sign-on is switched off.")
    state(dana, "Switched off")


def test_by_post_the_browser_sends_the_request_by_itself(person: Callable[..., Person], stack: Stack) -> None:
    dana = make_dana(person)
    dana.open("/account/sso/draft/")
    dana.page.get_by_role("group", name="How sign-in requests are sent").get_by_label("HTTP-POST").check()
    dana.press("Save draft")
    dana.press("Test sign-in")
    dana.press("Ana Lima")
    dana.sees_heading("The test succeeded")
    confirm(dana, "Use it")
    dana.sees("The draft is in use now.")
    bo = person("Bo Lindqvist")
    bo.open("/sso/contoso/login/")
    bo.press("Bo Lindqvist")
    bo.press("Cancel")
    assert bo.is_signed_in()


def test_details_are_copied_and_nothing_is_wider_than_a_phone(person: Callable[..., Person], stack: Stack) -> None:
    dana = make_dana(person, viewport={"width": 360, "height": 740}, permissions=["clipboard-read", "clipboard-write"])
    dana.open("/account/sso/")
    dana.page.get_by_role("button", name="Copy ACS URL").click()
    copied = dana.page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{stack.portal}/sso/contoso/acs/"
    dana.page.get_by_text("Step by step: Okta").click()
    dana.sees("Audience URI")
    for path in ("", "draft/", "draft/metadata/"):
        dana.open(f"/account/sso/{path}")
        assert dana.page.evaluate("document.documentElement.scrollWidth") <= 360, path


def test_cancelling_a_confirmation_changes_nothing(person: Callable[..., Person]) -> None:
    dana = make_dana(person)
    dana.open("/account/sso/")
    dana.page.get_by_role("link", name="Switch off").click()
    expect(dialog(dana).get_by_role("heading", name="Switch off single sign-on?")).to_be_visible()
    dana.page.keyboard.press("Escape")
    state(dana, "In use")
