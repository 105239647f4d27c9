"""What people do on settings pages, with and without a dialog."""

import re
from dataclasses import dataclass
from typing import Any

from django.test import Client

from accounts.models import User
from tests.pages import Page


@dataclass
class Visitor:
    """Somebody with a browser. `dialog` asks for fragments, as htmx does."""

    person: User
    dialog: bool = False

    def __post_init__(self) -> None:
        self.client = Client(headers={"HX-Request": "true"} if self.dialog else {})
        self.client.force_login(self.person)

    def opens(self, path: str, **query: str) -> Page:
        """Look at a page."""
        return self.client.get(path, query)

    def previews(self, base: str, key: str, action: str, **query: str) -> Page:
        """Press a control: the page that asks."""
        return self.opens(f"{base}change/{key}/{action}/", **query)

    def confirms(self, base: str, key: str, action: str, **fields: Any) -> Page:
        """Press the control, then the confirming button of what it shows."""
        reason = fields.pop("reason", "")
        shown = self.previews(base, key, action, **fields)
        return self.client.post(
            f"{base}change/{key}/{action}/", {**fields, "seen": version_of(shown), "reason": reason}
        )


def version_of(page: Page) -> str:
    """The version that a confirmation carries."""
    found = re.search(r'name="seen" value="(\d+)"', text_of(page))
    return found.group(1) if found else ""


def text_of(page: Page) -> str:
    """The page's HTML with its white space made single."""
    return " ".join(page.content.decode().split())
