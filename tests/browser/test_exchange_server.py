"""A company with an Exchange server of its own, from the setting to people who connect."""

from collections.abc import Callable
from datetime import UTC, datetime

from playwright.sync_api import Locator

from tests.browser.person import Person
from tests.browser.test_settings import INTEGRATION, dialog
from tests.stack import Stack


def make_dana(person: Callable[..., Person]) -> Person:
    """The owner, signed in with her password."""
    dana = person("Dana Reyes")
    dana.sign_in_with_password()
    return dana


def choose_server(dana: Person, url: str) -> None:
    """Type the EWS URL of a server and press Save."""
    dana.open("/account/settings/")
    setting(dana).get_by_label("Default calendar service").select_option("ews")
    setting(dana).get_by_label("EWS URL").fill(url)
    setting(dana).get_by_role("button", name="Save").click()


def setting(dana: Person) -> Locator:
    """The integration's row."""
    return dana.page.locator("[id='office365.integration']")


def of_sandbox(stack: Stack) -> str:
    return f"https://127.0.0.1:{stack.sandbox_port + 1}/EWS/Exchange.asmx"


def test_single_sign_on_leads_to_the_authorization_of_that_server_and_back(
    person: Callable[..., Person], stack: Stack
) -> None:
    dana = make_dana(person)
    choose_server(dana, of_sandbox(stack))
    dialog(dana).get_by_role("button", name="Save").click()
    dana.sees(f"“{INTEGRATION}” is saved.")
    pia = person("Pia Rossi")
    pia.sign_in()
    assert pia.was_at_microsoft()
    pia.sees("Access mailboxes as you via Exchange Web Services on 127.0.0.1")
    pia.press("Accept")
    pia.sees_heading("Meetings")
    pia.is_up_to_date()
    pia.open("/meetings/")
    pia.sees(next_meeting(pia))
    pia.open("/contacts/")
    pia.sees(pia.stack.control("GET", f"/people/{pia.email}/contacts")["value"][0]["emailAddresses"][0]["address"])
    pia.sign_out()
    pia.sign_in()
    assert not pia.was_at_microsoft()


def next_meeting(person: Person) -> str:
    """What comes next in their calendar, as the mailbox lists it."""
    now = datetime.now(UTC).isoformat()
    coming = [row for row in person.events() if not row["isAllDay"] and row["start"]["dateTime"] > now]
    return str(min(coming, key=lambda row: str(row["start"]["dateTime"]))["subject"])


def test_whoever_declines_is_signed_in_and_can_go_on(person: Callable[..., Person], stack: Stack) -> None:
    dana = make_dana(person)
    choose_server(dana, of_sandbox(stack))
    dialog(dana).get_by_role("button", name="Save").click()
    dana.sees(f"“{INTEGRATION}” is saved.")
    ana = person()
    ana.sign_in()
    ana.press("Cancel")
    ana.sees("You are signed in")
    assert ana.is_signed_in()
