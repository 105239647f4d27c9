"""Somebody with a browser without JavaScript, who goes the whole way by HTTP."""

import itertools
from dataclasses import dataclass, field

import requests

from tests.drills.machine import Machine
from tests.sandbox.browser import Browser

STEPS = 8  # more pages are on no way
UP_TO_DATE = "Up to date"
seeds = itertools.count(1)


@dataclass
class Person:
    """A person of a company, signed in nowhere yet."""

    name: str
    machine: Machine
    vanity: str = "contoso"
    by_ews: bool = False
    browser: Browser = field(default_factory=lambda: Browser("http"))  # no address is outside

    @property
    def email(self) -> str:
        """The address that goes with the name."""
        return f"{self.name.split()[0].lower()}@{self.vanity}.example"

    def connect(self) -> None:
        """Sign in with SSO, which leads on to Microsoft, and allow what is asked for."""
        self._walk(f"{self.machine.portal}/sso/{self.vanity}/login/?next=/meetings/")

    def connect_again(self) -> None:
        """Press Connect in the portal, signed in as one is."""
        self._walk(f"{self.machine.portal}/office365/authorize/?next=/meetings/")

    def disconnect(self) -> None:
        """Press Disconnect in the portal, and mean it."""
        self.browser.open(f"{self.machine.portal}/profile/office365/disconnect/")
        self.browser.press("Disconnect")

    def _walk(self, address: str) -> None:
        self.browser.open(address)
        for _ in range(STEPS):
            if self.browser.url.startswith(f"{self.machine.portal}/meetings/"):
                return
            self.browser.press(self._next_button())
        raise AssertionError(f"{self.name} is stranded at {self.browser.url}: {self.browser.heading}")

    def _next_button(self) -> str:
        for name in (self.name, f"Continue as {self.name}", "Continue", "Accept"):
            if self.browser.find("//button[normalize-space()=$name]", name=name):
                return name
        raise AssertionError(f"{self.name} is stranded at {self.browser.url}: {self.browser.text}")

    def status(self) -> str:
        """What the page says of the mailbox just now, or nothing where it cannot be had."""
        try:
            answer = self.browser.session.get(f"{self.machine.portal}/meetings/status/", timeout=10)
        except requests.RequestException:
            return ""
        return " ".join(answer.text.split()) if answer.ok else ""

    def change(self, count: int = 20) -> None:
        """Change the mailbox at random, in both kinds of things. The same seed would make the same ids once more."""
        changes = {"seed": next(seeds), "count": count}
        self.machine.control("POST", f"/people/{self.email}/random-changes", changes)

    def fault(self, kind: str, **details: float) -> None:
        """Let something go wrong for this mailbox alone."""
        self.machine.control("POST", "/faults", {"kind": kind, "upn": self.email, **details})
