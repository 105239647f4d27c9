"""Every page works at 360 px, by keyboard, in dark, and without JavaScript."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.back_door_client import BackDoor
from tests.browser.person import Person

PAGES = ["/meetings/", "/meetings/?q=sync", "/contacts/", "/profile/", "/office365/approval/", "/nothing-here/"]
PUBLIC = ["/sign-in/", "/sign-in/contoso/", "/sso/", "/sso/contoso/waiting/x/", "/sso/contoso/finish/?handle=x"]


def make_connected(person: Callable[..., Person], **options: Any) -> Person:
    mia = person("Mia Brandt", **options)
    mia.sign_in()
    mia.press("Accept")
    mia.open("/meetings/")
    mia.is_up_to_date()
    return mia


def test_nothing_is_wider_than_a_small_phone(person: Callable[..., Person]) -> None:
    mia = make_connected(person, viewport={"width": 360, "height": 740})
    for path in PAGES:
        mia.open(path)
        assert mia.page.evaluate("document.documentElement.scrollWidth") <= 360, path
    visitor = person("Nobody", viewport={"width": 360, "height": 740})
    for path in PUBLIC:
        visitor.open(path)
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 360, path


def test_no_column_of_a_list_is_pushed_out_of_the_page(person: Callable[..., Person], door: BackDoor) -> None:
    door.add_crowd("contoso")
    dana = person("Dana Reyes", color_scheme="dark")
    dana.sign_in_with_password()
    for path in ("/rooms/connections/", "/users/"):
        dana.open(path)
        dana.sees("Bartholomew-Featherstonehaugh-3 Lima")
        for width in (360, 621, 821, 1024, 1180, 1181, 1400):
            dana.page.set_viewport_size({"width": width, "height": 800})
            assert dana.page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)


def test_the_keyboard_reaches_the_page_and_every_link_shows_where_it_is(person: Callable[..., Person]) -> None:
    mia = make_connected(person)
    mia.page.keyboard.press("Tab")
    expect(mia.page.get_by_role("link", name="Skip to the page")).to_be_focused()
    mia.page.keyboard.press("Enter")
    mia.page.keyboard.press("Tab")
    focused = "document.activeElement"
    assert mia.page.evaluate(f"{focused}.closest('main') !== null")
    assert mia.page.evaluate(f"getComputedStyle({focused}).outlineStyle") != "none"


def test_every_page_has_one_title_and_names_what_can_be_used(person: Callable[..., Person]) -> None:
    mia = make_connected(person)
    for path in PAGES:
        mia.open(path)
        expect(mia.page.get_by_role("heading", level=1)).to_have_count(1)
        nameless = """[...document.querySelectorAll('a, button, input:not([type=hidden]), select')].filter(
            (element) => !(element.innerText || element.ariaLabel || (element.labels && element.labels.length)))"""
        assert mia.page.evaluate(f"{nameless}.map((element) => element.outerHTML)") == [], path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_in_light_and_dark(person: Callable[..., Person], scheme: str) -> None:
    mia = make_connected(person, color_scheme=scheme)
    for selector in (
        "h1",
        ".lead-line",
        ".meeting-title",
        ".meeting-time",
        ".meeting-facts",
        ".side nav a[aria-current]",
    ):
        assert contrast(mia, selector) >= 4.5, selector


def contrast(person: Person, selector: str) -> float:
    """The contrast of the first such element's text with what is behind it, by WCAG 2's formula."""
    ratio = person.page.locator(selector).first.evaluate(
        """(element) => {
            const parts = (color) => color.match(/[\\d.]+/g).map(Number);
            const light = (color) => parts(color).slice(0, 3).map((value) => value / 255)
                .map((value) => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
                .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
            let behind = element;
            const clear = (node) => (parts(getComputedStyle(node).backgroundColor)[3] ?? 1) === 0;
            while (clear(behind) && behind.parentElement) behind = behind.parentElement;
            const text = light(getComputedStyle(element).color);
            const ground = light(getComputedStyle(behind).backgroundColor);
            return (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
        }"""
    )
    return float(ratio)


def test_the_whole_journey_works_without_javascript(person: Callable[..., Person]) -> None:
    ana = person(java_script_enabled=False)
    ana.sign_in()
    if "continue" in ana.page.url or "saml" in ana.page.url:
        ana.press("Continue")
    ana.press("Accept")
    ana.open("/meetings/")
    ana.page.locator(".meeting").first.wait_for(timeout=20_000)
    ana.page.get_by_label("Search meetings").fill("sync")
    ana.press("Search")
    ana.press("Back to the agenda")
    ana.press("Profile")
    ana.page.get_by_label("Meetings are shown by this clock.").select_option("Asia/Tokyo")
    ana.press("Save")
    ana.sees("Time zone saved.")
    ana.press("Meetings")
    ana.sees("Times in Asia/Tokyo.")
    ana.sign_out()


def test_a_browser_in_another_time_zone_is_followed_until_one_is_chosen(person: Callable[..., Person]) -> None:
    mia = make_connected(person, timezone_id="America/New_York")
    mia.sees("Times in America/New York.")


def test_meetings_of_another_fortnight_are_a_click_away(person: Callable[..., Person]) -> None:
    mia = make_connected(person)
    first = mia.page.locator(".toolbar .quiet").inner_text()
    mia.press("Later")
    assert mia.page.locator(".toolbar .quiet").inner_text() != first
    mia.press("Today")
    assert mia.page.locator(".toolbar .quiet").inner_text() == first
