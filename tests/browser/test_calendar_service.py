"""The company's calendar service, from removing the demo's to agreeing at Microsoft for everyone, in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person
from tests.browser.test_settings import dialog

PAGE = "/rooms/calendar-integration/"
AGREE = "I'm an Office 365 admin and agree on behalf of the company"


def make_without_service(person: Callable[..., Person], **options: object) -> Person:
    """Dana, who has removed the service that the demo begins with."""
    dana = person("Dana Reyes", **options)
    dana.open(f"/sign-in/?next={PAGE}remove/")
    dana.page.get_by_label("Work e-mail").fill(dana.email)
    dana.page.get_by_label("Password").fill("atrium-demo")
    dana.press("Sign in with password")
    dana.page.get_by_role("button", name="Remove").click()
    dana.sees_heading("No calendar service yet")
    return dana


@pytest.mark.parametrize("has_javascript", [True, False], ids=["with JavaScript", "without"])
def test_a_service_is_added_and_agreed_to_at_microsoft(person: Callable[..., Person], has_javascript: bool) -> None:
    dana = make_without_service(person, java_script_enabled=has_javascript)
    dana.press("Add calendar service")
    dana.press("Next")
    dana.press("Next")
    dana.page.get_by_label("Read and write").check()
    dana.press("Next")
    dana.sees("11111111-aaaa-4bbb-8ccc-000000000001")
    dana.page.get_by_label(AGREE).check()
    dana.press("Authorize")
    dana.press("Dana Reyes")
    dana.press("Accept")
    dana.open(PAGE)
    dana.sees_heading("Office 365")
    dana.sees("Calendars: read and write")
    dana.sees("Reported")


def test_the_setting_takes_the_services_permissions_over_in_a_dialog(person: Callable[..., Person]) -> None:
    dana = make_without_service(person)
    dana.open(f"{PAGE}add/")
    dana.press("Next")
    dana.press("Next")
    dana.page.get_by_label("Read and write").check()
    dana.press("Next")
    dana.press("Add without agreeing")
    dana.sees_heading("People are asked for less than the service says")
    dana.press("Use in the setting too")
    dialog(dana).get_by_role("button", name="Save").click()
    dana.sees("is saved")
    expect(dana.page.get_by_role("heading", name="People are asked for less than the service says")).to_have_count(0)
    assert dana.page.url.endswith(PAGE)


def test_enter_in_the_ews_url_goes_on_and_says_what_is_wrong(person: Callable[..., Person]) -> None:
    dana = make_without_service(person)
    dana.open(f"{PAGE}add/")
    dana.press("Next")
    expect(dana.page.get_by_label("EWS URL", exact=True)).to_be_hidden()
    dana.page.get_by_label("Authorize with EWS URL").check()
    address = dana.page.get_by_label("EWS URL", exact=True)
    address.fill("outlook.office365.com")
    address.press("Enter")
    dana.sees("is Exchange Online")
    expect(address).to_have_value("outlook.office365.com")
