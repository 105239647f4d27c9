"""The same mailbox as other libraries fetch it, object by object: what somebody knows who has used them.

O365 reads the page server's plain listing, as it has no delta of calendars; exchangelib reads a mailbox of about as
many events on the sandbox's Exchange server.
https://o365.github.io/python-o365/latest/ and https://ecederstrand.github.io/exchangelib/
"""

import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import exchangelib
import O365
import requests
from exchangelib.protocol import BaseProtocol, close_connections
from oauthlib.oauth2 import OAuth2Token
from requests.adapters import HTTPAdapter

from bench.graph_pages import PAGE, Served
from tests.sandbox.browser import Browser
from tests.sandbox.ews_side import PIA, VERSION, own_scope, token_for
from tests.sandbox.running import Sandbox, start_sandbox

Window = tuple[datetime, datetime]


def window() -> Window:
    """What Atrium reads of a calendar."""
    now = datetime.now(UTC)
    return now - timedelta(days=30), now + timedelta(days=365)


class Local(O365.MSGraphProtocol):  # type: ignore[misc]  # the package has no types
    """Graph at another address."""

    def __init__(self, graph_url: str) -> None:
        self._protocol_url = graph_url.removesuffix("v1.0")
        super().__init__()


@contextmanager
def o365(served: Served, events: int) -> Iterator[Callable[[], int]]:
    """A fetch of every meeting as an object of O365; it answers how many."""
    account = O365.Account(("client", "secret"), protocol=Local(served.graph_url))
    start, end = window()
    with requests.Session() as session:
        session.verify = served.ca_bundle or True
        session.headers["Authorization"] = "Bearer measured"
        account.con.session = session  # instead of a sign-in, which is not measured
        calendar = account.schedule().get_default_calendar()
        yield lambda: sum(
            event.subject is not None
            for event in calendar.get_events(limit=events, batch=PAGE, start_recurring=start, end_recurring=end)
        )


class Trusting(HTTPAdapter):
    """Trusts the sandbox's certificate authority."""

    ca: ClassVar[str] = ""

    def send(self, request: requests.PreparedRequest, *_args: Any, **options: Any) -> requests.Response:
        """As ever."""
        return super().send(request, **{**options, "verify": self.ca})


@contextmanager
def ews(events: int) -> Iterator[Callable[[], int]]:
    """A fetch of every meeting as an object of exchangelib; it answers how many, with those that are there anyway."""
    with tempfile.TemporaryDirectory() as folder, start_sandbox(Path(folder) / "sandbox") as sandbox:
        sandbox.control("POST", f"/people/{PIA}/bulk", {"events": events, "contacts": 0})
        account, (start, end) = _account(sandbox), window()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of time zones that somebody made up
            yield lambda: sum(item.subject is not None for item in account.calendar.view(start=start, end=end))
        close_connections()


def _account(sandbox: Sandbox) -> exchangelib.Account:
    Trusting.ca, BaseProtocol.HTTP_ADAPTER_CLS = str(sandbox.data_dir / "ca.pem"), Trusting
    token = token_for(sandbox, Browser(sandbox.http), [own_scope(sandbox)])["access_token"]
    credentials = exchangelib.OAuth2AuthorizationCodeCredentials(
        access_token=OAuth2Token({"access_token": token, "token_type": "Bearer"})
    )
    return exchangelib.Account(
        primary_smtp_address=PIA,
        config=exchangelib.Configuration(
            service_endpoint=f"{sandbox.https}/EWS/Exchange.asmx",
            auth_type=exchangelib.OAUTH2,
            credentials=credentials,
            version=VERSION,
        ),
        autodiscover=False,
        access_type=exchangelib.DELEGATE,
        default_timezone=exchangelib.EWSTimeZone("UTC"),
    )
