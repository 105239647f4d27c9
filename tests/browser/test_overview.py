"""An owner works through the checklist, sees where they land then, and looks after mailboxes that fail."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, TimeoutError, expect

from tests.browser.person import Person
from tests.stack import Stack


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


@pytest.mark.parametrize("has_javascript", [True, False])
def test_an_owner_finds_the_mailbox_that_fails_and_has_it_tried_again_with_the_keyboard(
    person: Callable[..., Person], stack: Stack, has_javascript: bool
) -> None:
    dana = person("Dana Reyes", java_script_enabled=has_javascript)
    dana.sign_in()
    if not has_javascript:
        dana.press("Continue")
    dana.press("Accept")
    dana.open("/meetings/")
    dana.is_up_to_date()
    fault = stack.control("POST", "/faults", {"kind": "graph.unavailable"})
    with pytest.raises(AssertionError):
        stack.run("manage.py", "sync", dana.email)
    dana.open("/overview/")
    dana.page.get_by_role("link", name="Connections").first.focus()
    dana.page.keyboard.press("Enter")
    dana.sees_heading("Connections")
    row = dana.page.get_by_role("row", name=re.compile("Dana Reyes"))
    expect(row.get_by_text("Last try failed")).to_be_visible()
    expect(row.get_by_text("Unreachable")).to_be_visible()
    stack.control("DELETE", f"/faults/{fault['id']}")
    row.get_by_role("button", name="Try Dana Reyes’s mailbox now").focus()
    dana.page.keyboard.press("Enter")
    dana.sees("The mailbox of Dana Reyes is tried now.")
    dana.page.get_by_label("State").select_option("Up to date")
    dana.page.get_by_role("button", name="Show").focus()
    dana.page.keyboard.press("Enter")
    with_reloads(dana, row.get_by_text("Up to date"))


def with_reloads(somebody: Person, wanted: Locator) -> None:
    """It is on the page, or on the same page loaded a moment later: what a page says is as of when it was asked for."""
    for _look in range(20):
        try:
            wanted.wait_for(timeout=1_000)
            return
        except TimeoutError:
            somebody.page.reload()
    expect(wanted).to_be_visible()
