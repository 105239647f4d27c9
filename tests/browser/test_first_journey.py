"""From nothing to one's own meetings and contacts: sign in with SSO, allow Office 365, look."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.person import Person
from tests.stack import Stack


def test_a_member_signs_in_allows_office_365_and_finds_meetings_and_contacts(person: Callable[..., Person]) -> None:
    ana = person("Ana Lima")
    ana.sign_in()
    ana.sees_heading("Permissions requested")
    ana.press("Accept")
    ana.is_up_to_date()
    expect(ana.page.locator(".meeting").first).to_be_visible()
    ana.press("Contacts")
    expect(ana.page.locator(".contact").first).to_be_visible()
    assert ana.is_signed_in()


def test_the_identity_providers_post_brings_no_session_cookie_and_still_signs_in(person: Callable[..., Person]) -> None:
    bo = person("Bo Lindqvist")
    bo.sign_in()
    bo.press("Accept")
    bo.is_up_to_date()
    acs_posts = [request for request in bo.posts if request.url.endswith("/acs/")]
    assert len(acs_posts) == 1
    assert "cookie" not in acs_posts[0].all_headers()


def test_after_sso_microsoft_asks_nothing_where_the_company_has_consented(
    person: Callable[..., Person], stack: Stack
) -> None:
    scopes = ["Calendars.Read", "Contacts.Read", "User.Read", "openid", "profile", "offline_access"]
    stack.control("POST", "/tenants/contoso.example/consent", {"scopes": scopes})
    kim = person("Kim Sato")
    kim.sign_in()
    kim.is_up_to_date()
    assert kim.was_at_microsoft()


def test_a_second_company_sees_nothing_of_the_first(person: Callable[..., Person], stack: Stack) -> None:
    ana = person("Ana Lima")
    ana.sign_in()
    ana.press("Accept")
    ana.is_up_to_date()
    finn = person("Finn Carter")
    finn.page.goto(f"{stack.portal}/sso/fabrikam/login/")
    finn.press("Finn Carter")
    finn.press("Cancel")
    finn.sees_heading("Your calendar is not connected")  # back from Microsoft, before the next page is opened
    finn.open("/meetings/")
    finn.sees_heading("Your Office 365 calendar is not connected")
    expect(finn.page.locator(".meeting")).to_have_count(0)
