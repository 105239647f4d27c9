"""A browser without JavaScript: it follows redirects inside the sandbox and presses buttons of forms."""

from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import parse_qsl, urljoin, urlsplit

import requests
from lxml import html

from tests.sandbox.running import PATIENCE_SECONDS, make_session


def _found(node: html.HtmlElement, expression: str, **names: str) -> list[Any]:
    result: Any = node.xpath(expression, **names)
    return list(result)


@dataclass
class Browser:
    """`url`, `text` and `status` are of the page shown; `left_for` is an address outside the sandbox."""

    site: str
    session: requests.Session = field(default_factory=make_session)
    url: str = ""
    text: str = ""
    status: int = 0
    left_for: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.session.close()

    @property
    def heading(self) -> str:
        """The page's h1."""
        return str(html.fromstring(self.text).xpath("normalize-space(//h1)"))

    @property
    def answer(self) -> dict[str, str]:
        """The parameters with which the browser left for the application."""
        assert self.left_for is not None, f"still at {self.url}: {self.heading}"
        return dict(parse_qsl(urlsplit(self.left_for).query))

    def open(self, url: str) -> Self:
        """Opens an address."""
        return self._go("GET", urljoin(self.url or self.site, url))

    def follow(self, text: str) -> Self:
        """Follows the link with this text."""
        (link,) = _found(self._page, "//a[normalize-space()=$text]/@href", text=text)
        return self.open(str(link))

    def press(self, name: str, **fields: str) -> Self:
        """Presses the button with this name (its label, where it has one), with fields filled in."""
        (button,) = _found(self._page, "//button[normalize-space()=$name or @aria-label=$name]", name=name)
        (form,) = _found(button, "ancestor::form")
        data = {field.get("name"): field.get("value", "") for field in _found(form, ".//input[@type='hidden']")}
        if button.get("name"):
            data[button.get("name")] = button.get("value")
        target = urljoin(self.url, form.get("action", self.url))
        return self._go(form.get("method", "get").upper(), target, data | fields)

    def form(self) -> tuple[str, dict[str, str]]:
        """Where the page's first form goes, and its hidden fields."""
        (form,) = _found(self._page, "//form[1]")
        fields = _found(form, ".//input[@type='hidden']")
        return str(form.get("action")), {str(row.get("name")): str(row.get("value")) for row in fields}

    def find(self, expression: str, **names: str) -> list[Any]:
        """What an XPath finds on the page."""
        return _found(self._page, expression, **names)

    @property
    def _page(self) -> html.HtmlElement:
        return html.fromstring(self.text)

    def _go(self, method: str, url: str, data: dict[str, str] | None = None) -> Self:
        self.left_for = None
        while True:
            if not url.startswith(self.site):
                self.left_for = url
                return self
            reply = self.session.request(method, url, data=data, allow_redirects=False, timeout=PATIENCE_SECONDS)
            self.url, self.text, self.status = url, reply.text, reply.status_code
            if not reply.is_redirect:
                return self
            method, data, url = "GET", None, urljoin(url, reply.headers["Location"])
