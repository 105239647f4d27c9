"""How a way to Microsoft ends where it does not connect: signed in, explained, and nobody goes in circles."""

import re

from playwright.sync_api import expect

from tests.back_door_client import BackDoor
from tests.browser.person import Person

REFERENCE = re.compile(r"Reference [0-9A-Z]{4}-[0-9A-Z]{4}")


def assert_explained(somebody: Person, door: BackDoor, heading: str, words: str = "") -> None:
    """The page has this heading, these words and a reference, and nothing of theirs is connected."""
    somebody.sees_heading(heading)
    expect(somebody.page.locator("main")).to_contain_text(words)
    expect(somebody.page.get_by_text(REFERENCE).first).to_be_visible()
    assert_not_connected(somebody, door)


def assert_not_connected(somebody: Person, door: BackDoor) -> None:
    """They are signed in, their profile knows of no mailbox, and no token of theirs is held."""
    assert somebody.is_signed_in()
    assert not somebody.is_connected()
    assert somebody.email not in door.holders_of_tokens()


def assert_goes_on(somebody: Person, path: str) -> None:
    """Going on without it leads to the page they wanted first, and not to Microsoft once more."""
    journeys = somebody.journeys()
    somebody.press("Go on without it")
    expect(somebody.page).to_have_url(somebody.stack.portal + path)
    assert somebody.journeys() == journeys
