"""Agreeing on behalf of a company, and what Microsoft answers to it, as stories need them."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.browser.person import Person
from tests.stack import Stack

COMPANY = "/rooms/calendar-integration/"


def misbehave(stack: Stack, kind: str) -> None:
    """Microsoft does it once."""
    stack.control("POST", "/faults", {"kind": kind, "count": 1})


def make_dana(person: Callable[..., Person]) -> Person:
    """The owner, signed in with her password, so that Microsoft does not know her yet."""
    dana = person("Dana Reyes")
    dana.sign_in_with_password()
    return dana


def goes_to_agree(dana: Person) -> None:
    """From the company's page to Microsoft's, where she says who she is if Microsoft does not know."""
    dana.open(f"/office365/authorize/?for_company=1&next={COMPANY}")
    chooser = dana.page.get_by_role("button", name="Dana Reyes")
    if chooser.is_visible():
        chooser.click()
    dana.sees("Review for your organisation, Contoso")


def state(dana: Person) -> str:
    """What the company's page says of the consent."""
    dana.open(COMPANY)
    return dana.page.locator("#consent header .pill").inner_text()


def changed(address: str, **parts: str) -> str:
    """The answer with other parts; an empty one is left out."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()} | parts
    left = {name: value for name, value in query.items() if value}
    return f"{address.partition('?')[0]}?{urlencode(left)}"


def part(address: str, name: str) -> str:
    return parse_qs(urlsplit(address).query)[name][0]
