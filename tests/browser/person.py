"""A person with a browser: what they do, in their words."""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response, expect

from tests.stack import Stack


@dataclass
class Person:
    """`page` is what they look at. `posts` are the cross-site POSTs their browser made to the portal."""

    name: str
    stack: Stack
    context: BrowserContext
    page: Page = field(init=False)
    browser_errors: list[str] = field(default_factory=list)
    visited: list[str] = field(default_factory=list)
    posts: list[Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.take_a_new_tab()

    def take_a_new_tab(self) -> None:
        """Look at an empty tab from now on."""
        self.page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.page.on("console", self._note_console)
        self.page.on("pageerror", lambda error: self.browser_errors.append(str(error)))
        self.page.on("response", self._note_response)

    @property
    def email(self) -> str:
        """The address that goes with the name."""
        return f"{self.name.split()[0].lower()}@contoso.example"

    def sign_in(self, next_path: str = "") -> None:
        """Sign in with SSO on the way to a page, choosing themselves where the identity provider asks."""
        self.visited.clear()
        query = f"?{urlencode({'next': next_path})}" if next_path else ""
        self.page.goto(f"{self.stack.portal}/sso/contoso/login/{query}")
        chooser = self.page.get_by_role("button", name=self.name)
        if chooser.is_visible():
            chooser.click()
        self.page.wait_for_load_state()

    def sign_in_with_password(self) -> None:
        """Sign in as an owner of the demo may."""
        self.visited.clear()
        self.open("/sign-in/")
        self.page.get_by_label("Work e-mail").fill(self.email)
        self.page.get_by_label("Password").fill("atrium-demo")
        self.press("Sign in with password")
        assert self.is_signed_in()

    def sign_out(self) -> None:
        """Leave the portal; the identity provider still knows them."""
        self.page.get_by_role("button", name="Sign out").click()
        expect(self.page.get_by_role("heading", name="Sign in")).to_be_visible()

    def press(self, name: str) -> None:
        """Press a button, or follow a link that looks like one."""
        self.page.get_by_role("button", name=name).or_(self.page.get_by_role("link", name=name)).first.click()
        self.page.wait_for_load_state()

    def open(self, path: str) -> None:
        """Open a page of the portal."""
        self.page.goto(self.stack.portal + path)

    def sees(self, text: str) -> None:
        """This text is on the page, or will be within the patience of a person."""
        expect(self.page.get_by_text(text).first).to_be_visible(timeout=20_000)

    def sees_heading(self, text: str) -> None:
        """This heading is on the page."""
        expect(self.page.get_by_role("heading", name=text, exact=True)).to_be_visible(timeout=20_000)

    def is_up_to_date(self) -> None:
        """The page says so, with the first sync behind it."""
        expect(self.page.locator(".status-good")).to_be_visible(timeout=30_000)

    def was_at_microsoft(self) -> bool:
        """Whether the way since the last sign-in led by Microsoft's authorization page."""
        return self.journeys() > 0

    def journeys(self) -> int:
        """How many times the portal has sent them to Microsoft's authorization page since the last sign-in."""
        queries = [urlsplit(url).query for url in self.visited if "/oauth2/v2.0/authorize" in url]
        return len({parse_qs(query)["state"][0] for query in queries})

    def kept_answer(self, action: str = "accept") -> str:
        """The address at which Microsoft's answer to a button of its page arrives; the browser is not sent there."""
        form = self.page.locator("form").last
        fields = form.evaluate("form => Object.fromEntries(new FormData(form))") | {"action": action}
        # Not form.action, which is the button of that name.
        target = urljoin(self.page.url, form.get_attribute("action") or "")
        answer = self.context.request.post(target, form=fields, max_redirects=0)
        return str(answer.headers["location"])

    def is_connected(self) -> bool:
        """Whether their profile says so."""
        answer = self.context.request.get(f"{self.stack.portal}/profile/")
        assert answer.status == 200
        return "Connected since" in answer.text()

    def is_signed_in(self) -> bool:
        """Whether the portal knows them."""
        return self.context.request.get(f"{self.stack.portal}/api/v1/me").status == 200

    def events(self) -> list[dict[str, Any]]:
        """Their calendar as the mailbox lists it."""
        listed: list[dict[str, Any]] = self.stack.control("GET", f"/people/{self.email}/events")["value"]
        return listed

    def _note_console(self, message: ConsoleMessage) -> None:
        expected = re.search(r"status of (400|403|404|409|410|422)", message.text)
        if message.type in ("error", "warning") and not expected:
            self.browser_errors.append(message.text)

    def _note_response(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self.visited.append(response.url)
        if response.request.method == "POST" and response.url.startswith(self.stack.portal):
            self.posts.append(response.request)
