"""An owner works through the checklist: their word on federation, the proof of it, and where they land then."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.person import Person


def test_a_silent_authorization_shows_what_an_owner_only_said(person: Callable[..., Person]) -> None:
    ana = person()
    ana.sign_in()
    ana.press("Accept")
    ana.sees("Office 365 is connected.")
    dana = person("Dana Reyes")
    dana.sign_in()  # by single sign-on, which leads on to Microsoft the first time
    dana.press("Accept")
    dana.open("/overview/")
    federation = dana.page.locator("#federation")
    federation.get_by_role("link", name="It is federated already").click()
    dana.page.get_by_role("button", name="Yes, it is federated").click()
    expect(federation.get_by_text("Attested")).to_be_visible()
    federation.get_by_role("link", name="Check now").click()
    expect(federation.get_by_text("without being asked anything")).to_be_visible()
    dana.sees("Everything is in place")
    dana.open("/")
    dana.sees_heading("Meetings")
