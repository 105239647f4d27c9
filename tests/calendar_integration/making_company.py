"""An administrator at the page of the company's calendar service."""

from dataclasses import dataclass
from typing import Any

from django.test import Client

from accounts.models import Account, Role, User
from tests.accounts.making_history import elements, signed_in, text_of
from tests.makers import make_account, make_user
from tests.pages import Page

PAGE = "/rooms/calendar-integration/"
ADD, PERMISSIONS, TENANT, OFF, ON, REMOVE = (
    f"{PAGE}{name}/" for name in ("add", "permissions", "tenant", "off", "on", "remove")
)


@dataclass
class Admin:
    """Somebody at their browser, without JavaScript: buttons send the form that the page has."""

    user: User
    client: Client
    seen: Page | None = None

    @property
    def account(self) -> Account:
        """Theirs."""
        return self.user.account

    def open(self, path: str = PAGE) -> str:
        """Go to a page; its text."""
        self.seen = self.client.get(path)
        assert self.seen.status_code == 200, self.seen.content
        return text_of(self.seen)

    def press(self, path: str, go: str = "next", **typed: Any) -> Page:
        """Type into the form that is shown and press a button of it."""
        assert self.seen is not None
        self.seen = self.client.post(path, {**fields_of(self.seen), **typed, "go": go})
        return self.seen

    def confirm(self, path: str) -> Page:
        """Open a confirmation and agree."""
        self.open(path)
        return self.press(path)

    @property
    def text(self) -> str:
        """What is shown now."""
        return text_of(self.seen)


def make_admin(vanity: str = "contoso", *, proven: bool = True) -> Admin:
    """Dana, who owns a new account."""
    user = make_user(make_account(vanity, proven=proven), "dana", role=Role.OWNER)
    return Admin(user, signed_in(user))


def fields_of(page: Page) -> dict[str, str]:
    """What a browser would send of the page's main form: neither what is disabled nor what is not ticked."""
    form = "//main//form[.//input[@name='csrfmiddlewaretoken']]"
    values = {}
    for element in elements(page.content, f"{form}//input[@name] | {form}//select[@name]"):
        is_choice = element.get("type") in ("radio", "checkbox")
        if element.get("disabled") is not None or (is_choice and element.get("checked") is None):
            continue
        if element.tag == "select":
            chosen = element.xpath(".//option[@selected]") or element.xpath(".//option")
            values[element.get("name")] = str(chosen[0].get("value"))
        else:
            values[element.get("name")] = str(element.get("value", "on" if is_choice else ""))
    return values
