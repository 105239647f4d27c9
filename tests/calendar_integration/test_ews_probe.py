"""An EWS URL is tried before it is used: a server that is no Exchange, or takes no tokens, is explained."""

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import pytest
from pytest_django.fixtures import Settings

from accounts.safe_http.places import system_resolver
from calendar_integration.exchange_servers import ews_probe
from calendar_integration.exchange_servers.ews_probe import (
    AT_ONCE,
    FOR_CALLBACKS,
    FOR_TRIALS,
    BusyError,
    UnfitServerError,
)
from tests.accounts.making_servers import Answer, Server, endless, whole
from tests.calendar_integration.exchange import EXCHANGE, NAME, OAUTH, PATH, WINDOWS, asking_for, exchange_server

Probe = Callable[[Answer], str]
DATES = "1 October 2026 and ends it for good on 1 April 2027"


def here(_host: str, _port: int) -> Sequence[str]:
    return ["127.0.0.1"]


@pytest.fixture
def probe(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Probe:
    """What is said of a server that answers so; nothing where it is fine."""

    def try_it(answer: Answer) -> str:
        with exchange_server(answer, settings, monkeypatch, tmp_path) as (_server, url):
            return said(url)

    return try_it


def said(url: str, resolver: Callable[[str, int], Sequence[str]] = here, patience: float = 5) -> str:
    try:
        ews_probe.check(url, resolver=resolver, patience=patience)
    except UnfitServerError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("challenges", [[OAUTH], [*WINDOWS, OAUTH], [f"{WINDOWS[0]}, {OAUTH[18:]}"]])
def test_an_exchange_server_with_tokens_is_fine(probe: Probe, challenges: list[str]) -> None:
    assert probe(asking_for(*challenges)) == ""


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (asking_for(*WINDOWS), "not set up for sign-in by tokens (OAuth)"),
        (asking_for(), "not set up for sign-in by tokens (OAuth)"),
        (asking_for("WWW-Authenticate: Bearer realm=api"), "not as an Exchange server does"),
        (whole(b"<html>welcome</html>"), "not as an Exchange server: it asked for no sign-in (200)"),
        (whole(b"", "204 No Content"), "not as an Exchange server"),
        (whole(b"", "404 Not Found"), "there is no Exchange Web Services at this path"),
        (whole(b"", "403 Forbidden"), "does not let Atrium in (403)"),
        (whole(b"", "503 Busy"), "error of its own (503)"),
        (whole(b"", "302 Found", "Location: /owa/auth/logon.aspx"), "leads on to another address"),
        (whole(b"", "307 Moved", "Location: https://[::1"), "leads on to another address"),
        (whole(b"", "301 Moved", f"Location: https://outlook.office365.com{PATH}"), DATES),
        (whole(b"", "302 Found", "Location: //eur.outlook.com/x"), DATES),
        (endless(b"SSH-2.0-OpenSSH_9.6\r\n", b"\n", 0.05), "could not be reached"),
    ],
)
def test_anything_else_is_explained(probe: Probe, answer: Answer, words: str) -> None:
    assert words in probe(answer)


def test_what_the_company_has_to_set_up_first_has_a_guide(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with (
        exchange_server(asking_for(*WINDOWS), settings, monkeypatch, tmp_path) as (_server, url),
        pytest.raises(UnfitServerError) as refused,
    ):
        ews_probe.check(url, resolver=here)
    assert refused.value.help_path == "/overview/guides/exchange-hybrid/"


def test_no_redirect_is_followed_and_nothing_secret_is_sent(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with exchange_server(EXCHANGE, settings, monkeypatch, tmp_path) as (inside, inner):
        leads_on = whole(b"", "302 Found", f"Location: {inner}")
        with exchange_server(leads_on, settings, monkeypatch, tmp_path) as (outside, url):
            assert "leads on" in said(url)
    assert inside.requests == []
    (head,) = outside.requests
    assert head.startswith(f"GET {PATH} HTTP/1.1\r\n")
    assert "Authorization: Bearer\r\n" in head, "a token that is none"
    assert "Cookie" not in head


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["::1"], ["10.0.0.1"], ["169.254.169.254"], ["8.8.8.8", "192.168.1.1"], ["fe80::1"]]
)
def test_a_name_that_leads_into_a_private_network_is_refused(addresses: list[str]) -> None:
    words = said(f"https://{NAME}{PATH}", lambda _host, _port: addresses)
    assert "no Exchange server at" in words, "the same as for a name that nobody has"


def test_a_name_that_says_another_address_the_second_time_is_asked_once(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answers = [["127.0.0.1"], ["127.0.0.2"]]
    with exchange_server(EXCHANGE, settings, monkeypatch, tmp_path) as (server, url):
        assert said(url, lambda _host, _port: answers.pop(0)) == ""
        assert len(answers) == len(server.requests) == 1


def test_the_operators_word_is_for_one_origin(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with exchange_server(EXCHANGE, settings, monkeypatch, tmp_path) as (server, url):
        settings.PRIVATE_URLS_ALLOWED = {"https://other.example"}
        assert "port" in said(url)
        assert "https://" in said(url.replace("https:", "http:"))
        assert server.requests == []


def test_a_certificate_that_is_not_trusted_or_of_another_name(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with exchange_server(EXCHANGE, settings, monkeypatch, tmp_path, "other.example") as (server, _url):
        settings.PRIVATE_URLS_ALLOWED = {f"https://{NAME}:{server.port}"}
        assert "no certificate that is valid for its name" in said(f"https://{NAME}:{server.port}{PATH}")
        monkeypatch.delenv("SSL_CERT_FILE")
        settings.PRIVATE_URLS_ALLOWED = {f"https://other.example:{server.port}"}
        assert "certificate" in said(f"https://other.example:{server.port}{PATH}")


def test_a_server_that_is_away_or_unknown(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings.PRIVATE_URLS_ALLOWED = {f"https://{NAME}:{port}"}
    assert "could not be reached" in said(f"https://{NAME}:{port}{PATH}")
    assert "no Exchange server at nowhere.invalid" in said(f"https://nowhere.invalid{PATH}", system_resolver)


@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 401 Unauthorized\r\n"])
def test_a_server_that_never_finishes_is_left(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, first: bytes
) -> None:
    begun = monotonic()
    with exchange_server(endless(first, b"x", pause=0.05), settings, monkeypatch, tmp_path) as (_server, url):
        assert "took longer" in said(url, patience=0.4)
    assert monotonic() - begun < 3


def test_the_body_is_not_read(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    head = f"HTTP/1.1 401 Unauthorized\r\n{OAUTH}\r\n\r\n".encode()
    with exchange_server(endless(head, b"x" * 100_000), settings, monkeypatch, tmp_path) as (server, url):
        assert said(url) == ""
        assert isinstance(server, Server)


@contextmanager
def all_taken(places: threading.BoundedSemaphore, *, until: threading.Event) -> Iterator[None]:
    """Somebody asks at every one of the places, and is kept waiting by a name server."""
    arrived = threading.Barrier(AT_ONCE + 1, timeout=10)

    def slow_names(_host: str, _port: int) -> Sequence[str]:
        arrived.wait()
        until.wait(10)
        return []

    def ask() -> None:
        with pytest.raises(UnfitServerError):
            ews_probe.check(URL, resolver=slow_names, places=places)

    asking = [threading.Thread(target=ask) for _ in range(AT_ONCE)]
    for thread in asking:
        thread.start()
    arrived.wait()
    try:
        yield
    finally:
        until.set()
        for thread in asking:
            thread.join(10)


URL = f"https://{NAME}{PATH}"


def nowhere(_host: str, _port: int) -> Sequence[str]:
    return []


def test_whoever_finds_every_place_taken_waits_a_moment_for_one() -> None:
    until = threading.Event()
    timer = threading.Timer(0.2, until.set)
    with all_taken(FOR_CALLBACKS, until=until):
        timer.start()
        with pytest.raises(UnfitServerError, match="no Exchange server at"):
            ews_probe.check(URL, resolver=nowhere, places=FOR_CALLBACKS, wait=5)
    timer.join()


def test_and_no_longer_than_a_moment_and_whoever_tries_addresses_takes_nobodys_way_back() -> None:
    with all_taken(FOR_TRIALS, until=threading.Event()):
        with pytest.raises(BusyError, match="Try again in a minute"):
            ews_probe.check(URL, resolver=nowhere, wait=0.05)
        with pytest.raises(UnfitServerError, match="no Exchange server at"):
            ews_probe.check(URL, resolver=nowhere, places=FOR_CALLBACKS, wait=0)
