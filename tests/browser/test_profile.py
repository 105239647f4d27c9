"""From the profile to one's own connection and out of it again, with and without JavaScript."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person

scripted = pytest.mark.parametrize("has_javascript", [True, False], ids=["with JavaScript", "without"])


def make_ana_who_declined(person: Callable[..., Person], has_javascript: bool) -> Person:
    ana = person("Ana Lima", java_script_enabled=has_javascript)
    ana.sign_in()
    if not has_javascript:
        ana.press("Continue")
    ana.sees_heading("Permissions requested")
    ana.press("Cancel")
    assert ana.is_signed_in()
    return ana


def authorize(ana: Person) -> None:
    """Profile > Other > Calendar and contacts integration > Configure > Office 365 > Next > Authorize."""
    ana.open("/profile/")
    ana.sees_heading("Other")
    ana.sees_heading("Calendar and contacts integration")
    ana.press("Configure")
    ana.sees_heading("Choose your calendar service")
    expect(ana.page.get_by_label("Office 365")).to_be_checked()
    ana.press("Next")
    ana.sees("read your calendar, read your contacts, read your profile")
    ana.press("Authorize")
    ana.sees_heading("Permissions requested")
    ana.press("Accept")


@scripted
def test_the_steps_connect_and_disconnecting_leaves_nothing(
    person: Callable[..., Person], has_javascript: bool
) -> None:
    ana = make_ana_who_declined(person, has_javascript)
    authorize(ana)
    ana.sees("Office 365 is connected.")
    ana.open("/meetings/")
    ana.is_up_to_date()
    ana.open("/profile/")
    ana.press("Disconnect")
    ana.sees_heading("Disconnect Office 365?")
    ana.sees("Series behind repeated meetings")
    ana.page.locator("form.confirm").get_by_role("button", name="Disconnect").click()
    ana.sees("Office 365 is disconnected.")
    ana.sees("You disconnected your Office 365 calendar.")
    ana.open("/meetings/")
    expect(ana.page.locator(".meeting")).to_have_count(0)
    ana.press("Connect again")
    ana.open("/meetings/")
    ana.is_up_to_date()
