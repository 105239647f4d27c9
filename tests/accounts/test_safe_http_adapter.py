"""Libraries that speak HTTP by themselves reach the checked address, and nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import pytest
import requests
import trustme
from pytest_django.fixtures import Settings

from accounts.safe_http import CheckedAdapter, checked_place
from tests.accounts.making_servers import Answer, Server, endless, serving, whole

NAME = "exchange.example"  # which nobody could look up


@contextmanager
def session_to(answer: Answer, settings: Settings, folder: Path, name: str = NAME) -> Iterator[tuple[Server, str]]:
    """A server of that name on this machine, which the operator has named; its origin."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    with serving(answer, authority=authority, name=name) as server:
        origin = f"https://{NAME}:{server.port}"
        settings.PRIVATE_URLS_ALLOWED = {origin}
        yield server, origin


@pytest.fixture(autouse=True)
def trusted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """This machine trusts the story's authority; proxies of the environment would be asked for everything."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")


@contextmanager
def adapter_to(origin: str, *addresses: str) -> Iterator[tuple[requests.Session, CheckedAdapter]]:
    adapter = CheckedAdapter(checked_place(origin), addresses)
    with requests.Session() as session:
        session.mount("https://", adapter)
        yield session, adapter


def test_it_connects_to_the_address_and_asks_for_the_name(settings: Settings, tmp_path: Path) -> None:
    with (
        session_to(whole(b"hello"), settings, tmp_path) as (server, origin),
        adapter_to(origin, "127.0.0.1") as (way, _),
    ):
        assert way.get(f"{origin}/path").content == b"hello"
    assert server.names == [NAME]
    assert f"Host: {NAME}:{server.port}\r\n" in server.requests[0]


def test_the_next_address_is_tried_where_one_does_not_answer(settings: Settings, tmp_path: Path) -> None:
    with (
        session_to(whole(b"hello"), settings, tmp_path) as (_server, origin),
        adapter_to(origin, "::1", "127.0.0.1") as (way, _),
    ):
        assert way.get(origin, timeout=4).content == b"hello"


def test_any_other_place_is_refused(settings: Settings, tmp_path: Path) -> None:
    with session_to(whole(b""), settings, tmp_path) as (server, origin), adapter_to(origin, "127.0.0.1") as (way, _):
        for elsewhere in (f"https://127.0.0.1:{server.port}/", f"https://other.example:{server.port}/"):
            with pytest.raises(requests.exceptions.InvalidURL):
                way.get(elsewhere)
        assert server.requests == []


def test_a_certificate_of_another_name_is_refused(settings: Settings, tmp_path: Path) -> None:
    with (
        session_to(whole(b""), settings, tmp_path, "other.example") as (server, origin),
        adapter_to(origin, "127.0.0.1") as (way, _),
        pytest.raises(requests.exceptions.SSLError),
    ):
        way.get(origin)
    assert server.requests == []


@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_server_that_never_finishes_is_cut_off(settings: Settings, tmp_path: Path, first: bytes) -> None:
    begun = monotonic()
    with (
        session_to(endless(first, b"x", pause=0.05), settings, tmp_path) as (_server, origin),
        adapter_to(origin, "127.0.0.1") as (way, adapter),
        pytest.raises(requests.RequestException),
        adapter.cut_off_after(0.4),
    ):
        way.get(origin, timeout=10)
    assert monotonic() - begun < 5
