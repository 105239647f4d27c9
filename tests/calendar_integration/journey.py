"""One person's way to Microsoft and back, without a browser window: the portal by test client, Microsoft over HTTP."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.test import Client

from accounts.models import User
from calendar_integration.models import AuthorizationAttempt, Connection
from tests.sandbox.browser import Browser
from tests.sandbox.running import Sandbox

SOON = 200  # seconds a token lives to count as running out, and to be good all the same for what comes at once


@dataclass
class Traveller:
    """A signed-in person at the portal, with a browser of their own at Microsoft."""

    user: User
    microsoft: Sandbox
    name_at_microsoft: str = "Ana Lima"
    client: Client = field(default_factory=Client)

    def __post_init__(self) -> None:
        self.client.force_login(self.user)

    def leave(self, next_path: str = "/meetings/") -> str:
        """Press Connect in the portal; answers the address at Microsoft."""
        response = self.client.get("/office365/authorize/", {"next": next_path})
        assert response.status_code == 302, response.content
        return str(response["Location"])

    def answer(self, button: str = "Accept") -> str:
        """Go to Microsoft, be who they are there, press the button; answers the address Microsoft sends them to."""
        with Browser(self.microsoft.http) as browser:
            browser.open(self.leave())
            if browser.left_for is None and browser.heading.startswith("Sign in to"):
                browser.press(self.name_at_microsoft)
            if browser.left_for is None:
                browser.press(button)
            assert browser.left_for is not None, browser.heading
            return browser.left_for

    def come_back(self, address: str) -> Any:
        """Follow Microsoft's redirect into the portal; answers the portal's response."""
        parts = urlsplit(address)
        return self.client.get(f"{parts.path}?{parts.query}")

    def connect(self) -> Connection:
        """The whole way, with a connection at its end."""
        response = self.come_back(self.answer())
        assert response.status_code == 302, response.content
        connection = Connection.objects.get(user=self.user)
        assert connection.is_active, AuthorizationAttempt.objects.latest("pk").detail
        return connection
