"""When something is wrong at Microsoft: said plainly, signed in all the same, and a way to try again."""

from collections.abc import Callable

from tests.browser.person import Person
from tests.stack import Stack


def test_the_token_endpoint_is_down(person: Callable[..., Person], stack: Stack) -> None:
    fault = stack.control("POST", "/faults", {"kind": "token.unavailable"})
    ana = person()
    ana.sign_in()
    ana.press("Accept")
    ana.sees_heading("Microsoft cannot be reached right now")
    assert ana.is_signed_in()
    stack.control("DELETE", f"/faults/{fault['id']}")
    ana.press("Try again")
    ana.sees("Office 365 is connected.")


def test_a_used_answer_connects_nothing(person: Callable[..., Person]) -> None:
    ana = person()
    ana.sign_in()
    ana.press("Accept")
    (answer,) = [url for url in ana.visited if "/office365/callback/" in url]
    ana.page.goto(answer)
    ana.sees_heading("Nothing was changed")
    ana.sees("Your mailbox is connected, and stays so.")
    ana.sees("Reference")
    assert ana.is_signed_in()


def test_an_invented_answer_connects_nothing(person: Callable[..., Person]) -> None:
    ana = person()
    ana.sign_in()
    ana.press("Cancel")
    ana.open("/office365/callback/?code=invented&state=invented")
    ana.sees_heading("Nothing was connected")
    assert ana.is_signed_in()


def test_an_answer_without_a_session_leads_to_the_sign_in(person: Callable[..., Person]) -> None:
    ana = person()
    ana.open("/office365/callback/?code=invented&state=invented")
    ana.sees("Your session ended while you were at Microsoft.")
    assert "code" not in ana.page.url
