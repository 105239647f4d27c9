"""When a sign-in leads on to Office 365, and when it lets people be: every rule, by people who sign in."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.back_door_client import BackDoor
from tests.browser.ending import assert_not_connected
from tests.browser.person import Person
from tests.browser.prompting import again, answers, is_let_be
from tests.browser.test_settings import ASK, INTEGRATION, dialog, switch
from tests.stack import Stack

TENANT = "11111111-aaaa-4bbb-8ccc-000000000001"


# Whom the sign-in asks, and how often.


def test_the_way_there_names_the_companys_tenant_and_the_person_and_forces_no_question(
    person: Callable[..., Person],
) -> None:
    ana = person()
    ana.sign_in()
    ana.sees_heading("Permissions requested")
    assert ana.is_signed_in(), "the session exists before the redirect"
    way = urlsplit(next(url for url in ana.visited if "/oauth2/v2.0/authorize" in url))
    query = parse_qs(way.query)
    assert way.path == f"/{TENANT}/oauth2/v2.0/authorize"
    assert (query["login_hint"], query["domain_hint"]) == (["ana@contoso.example"], ["contoso.example"])
    assert "prompt" not in query


def test_mode_first_asks_exactly_once_whatever_was_answered(person: Callable[..., Person], door: BackDoor) -> None:
    ana = answers(person())
    assert not again(ana)
    ana.sees_heading("Meetings")
    assert_not_connected(ana, door)


def test_mode_first_counts_a_tab_that_was_closed_at_microsoft(person: Callable[..., Person], door: BackDoor) -> None:
    ana = person()
    ana.sign_in()
    ana.sees_heading("Permissions requested")
    ana.page.close()
    ana.take_a_new_tab()
    assert not again(ana)
    ana.sees("You went to Microsoft and have not come back yet")
    assert_not_connected(ana, door)


def test_mode_every_asks_until_they_are_connected(person: Callable[..., Person], door: BackDoor) -> None:
    door.manage("configure_calendar", "contoso", "--ask", "every")
    ana = answers(person())
    assert again(ana)
    ana.press("Accept")
    assert not again(ana)
    assert ana.is_connected()


def test_a_connection_that_was_lost_is_asked_for_again_in_mode_every_only(
    person: Callable[..., Person], stack: Stack, door: BackDoor
) -> None:
    stack.control("POST", "/tokens", {"lifetime_seconds": 200})  # as good as run out, so that it is renewed at once
    ana = answers(person(), "Accept")
    ana.is_up_to_date()
    stack.control("POST", f"/people/{ana.email}/revoke")
    door.sync(ana.email)
    door.pass_time(minutes=16)
    door.sync(ana.email)
    assert not again(ana)
    ana.sees("Microsoft no longer accepts the authorization of your mailbox")
    door.manage("configure_calendar", "contoso", "--ask", "every")
    assert again(ana)
    expect(ana.page).to_have_url(stack.portal + "/meetings/")
    assert ana.is_connected()
    assert "events: delta round" in door.sync(ana.email), "what was read of the same mailbox is kept"


# Whom it lets be.


def test_nobody_is_asked_where_asking_is_off(person: Callable[..., Person], door: BackDoor) -> None:
    door.manage("configure_calendar", "contoso", "--ask", "off")
    ana = person()
    assert is_let_be(ana)
    assert_not_connected(ana, door)
    ana.sees("Connect Office 365")


def test_nobody_is_asked_where_the_integration_is_off(person: Callable[..., Person], door: BackDoor) -> None:
    dana = person("Dana Reyes")
    dana.sign_in_with_password()
    dana.open("/account/settings/")
    switch(dana, INTEGRATION).click()
    dialog(dana).get_by_role("button", name="Disable").click()
    dana.sees(f"“{INTEGRATION}” is off.")
    ana = person()
    assert is_let_be(ana)
    assert_not_connected(ana, door)


def test_a_groups_own_word_counts_for_its_members(person: Callable[..., Person], door: BackDoor) -> None:
    door.manage("configure_calendar", "contoso", "--ask", "off")
    sam, ana = person("Sam Okafor"), person("Ana Lima")
    assert is_let_be(sam)
    sam.open("/groups/")
    sam.page.get_by_role("link", name="Sales").first.click()
    sam.page.get_by_role("link", name="Settings").last.click()
    switch(sam, ASK).click()
    dialog(sam).get_by_role("button", name="Enable").click()
    sam.sees("Overrides what is inherited")
    assert again(sam)
    assert is_let_be(ana)


def test_a_password_sign_in_never_asks(person: Callable[..., Person], door: BackDoor) -> None:
    door.manage("configure_calendar", "contoso", "--ask", "every")
    dana = person("Dana Reyes")
    dana.sign_in_with_password()
    dana.sees_heading("Overview")
    assert not dana.was_at_microsoft()
    assert_not_connected(dana, door)


def test_without_a_known_tenant_nobody_is_asked_and_the_overview_says_what_is_missing(
    person: Callable[..., Person], door: BackDoor
) -> None:
    dana = person("Dana Reyes")
    dana.sign_in_with_password()
    dana.open("/rooms/calendar-integration/remove/")
    dana.page.get_by_role("button", name="Remove").click()
    dana.sees_heading("No calendar service yet")
    ana = person()
    assert is_let_be(ana)
    assert_not_connected(ana, door)
    dana.open("/overview/")
    expect(dana.page.get_by_role("heading", name="To do: Microsoft tenant known")).to_be_visible()


# Every outcome ends on the page first wanted.


@pytest.mark.parametrize("wanted", ["/contacts/", "/meetings/?q=sync"])
def test_whoever_came_for_a_page_gets_there(person: Callable[..., Person], stack: Stack, wanted: str) -> None:
    ana = person()
    ana.sign_in(wanted)
    ana.press("Cancel")
    ana.press("Go on without it")
    expect(ana.page).to_have_url(stack.portal + wanted)


def test_a_path_to_another_site_is_not_followed(person: Callable[..., Person], stack: Stack) -> None:
    ana = person()
    ana.sign_in("https://elsewhere.example/")
    ana.press("Accept")
    expect(ana.page).to_have_url(stack.portal + "/meetings/")
