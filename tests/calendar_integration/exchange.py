"""Exchange servers of a story: what they answer to somebody without a token, and addresses that lead to them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme
from pytest_django.fixtures import Settings

from accounts.models import Account, Group, User
from calendar_integration.exchange_servers.ews_probe import EXCHANGE_ID
from calendar_integration.models import Connection
from tests.accounts.making_servers import Answer, Server, serving, whole
from tests.calendar_integration.journey import Traveller
from tests.calendar_integration.making import set_integration
from tests.makers import make_account, make_service, make_user
from tests.sandbox.running import Sandbox

PATH = "/EWS/Exchange.asmx"
NAME = "mail.contoso.example"
OAUTH = f'WWW-Authenticate: Bearer client_id="{EXCHANGE_ID}", trusted_issuers="x@*", authorization_uri="https://x"'
WINDOWS = ("WWW-Authenticate: Negotiate", "WWW-Authenticate: NTLM")


def asking_for(*challenges: str) -> Answer:
    """A server that wants a proof of who one is, in these ways."""
    return whole(b"", "401 Unauthorized", *challenges)


EXCHANGE = asking_for(*WINDOWS, OAUTH)


@contextmanager
def exchange_server(
    answer: Answer, settings: Settings, monkeypatch: pytest.MonkeyPatch, folder: Path, host: str = NAME
) -> Iterator[tuple[Server, str]]:
    """A server on this machine, trusted and named by the operator, and the EWS URL of it."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "ca.pem"))
    with serving(answer, authority=authority, name=host) as server:
        origin = f"https://{host}:{server.port}"
        settings.PRIVATE_URLS_ALLOWED = {origin}
        yield server, origin + PATH


def on_premises(
    target: Account | Group | User, microsoft: Sandbox, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> str:
    """The sandbox's Exchange server is what counts for these people from now on; answers its EWS URL."""
    trust_server(microsoft, settings, monkeypatch)
    url = f"{microsoft.https}{PATH}"
    set_integration(target, method="ews", ews_url=url)
    return url


def trust_server(microsoft: Sandbox, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator has named the sandbox's Exchange server, and this machine trusts its certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(microsoft.data_dir / "ca.pem"))
    settings.PRIVATE_URLS_ALLOWED = {microsoft.https}


def make_on_premises(microsoft: Sandbox, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Connection:
    """Noah, whose mailbox is on his company's own server and has just been authorized."""
    account = make_account()
    make_service(account)
    on_premises(account, microsoft, settings, monkeypatch)
    noah = make_user(account, "noah")
    microsoft.control("PUT", f"/people/{noah.email}/mailbox", {"exchange_host": NAME})
    return Traveller(noah, microsoft, "Noah Weiss").connect()
