"""The name server: TXT records that somebody published on the first page, asked for by real datagrams."""

import socket
from collections.abc import Iterator
from pathlib import Path

import dns.message
import dns.rcode
import dns.resolver
import pytest

from tests.sandbox.browser import Browser
from tests.sandbox.running import Sandbox, free_port, start_sandbox

NAME = "_atrium-challenge.contoso-group.example"
TEXT = "atrium-domain-proof=0123456789abcdef"


@pytest.fixture(autouse=True)
def _no_records(sandbox: Sandbox) -> Iterator[None]:
    yield
    sandbox.control("DELETE", "/txt", status=204)


def texts(sandbox: Sandbox, name: str = NAME, kind: str = "TXT") -> list[str]:
    """What a resolver is told."""
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], sandbox.port
    answer = resolver.resolve(name, kind, lifetime=5, search=False)
    return sorted(b"".join(record.strings).decode() for record in answer)


def publish(sandbox: Sandbox, text: str = TEXT, name: str = NAME) -> None:
    sandbox.control("POST", "/txt", {"name": name, "text": text}, 201)


def test_what_is_published_on_the_page_is_answered_and_what_is_removed_is_not(
    sandbox: Sandbox, visitor: Browser
) -> None:
    visitor.open("/").press("Publish", host=f" {NAME.upper()}. ", text=TEXT)
    assert texts(sandbox) == [TEXT]
    assert texts(sandbox, NAME.title()) == [TEXT]
    visitor.press("Remove")
    with pytest.raises(dns.resolver.NXDOMAIN):
        texts(sandbox)


@pytest.mark.parametrize("text", ['with "quotes" and \\ and spaces', "é" * 400, "x" * 1000, "1"])
def test_every_text_arrives_as_it_was_typed(sandbox: Sandbox, text: str) -> None:
    publish(sandbox, text)
    assert texts(sandbox) == [text]


def test_a_name_has_several_texts_each_once(sandbox: Sandbox) -> None:
    for text in ("one", "two", "one"):
        publish(sandbox, text)
    assert texts(sandbox) == ["one", "two"]
    assert sandbox.control("GET", "/txt") == {NAME: ["one", "two"]}


def test_there_are_no_other_names_and_no_other_kinds(sandbox: Sandbox) -> None:
    publish(sandbox)
    with pytest.raises(dns.resolver.NXDOMAIN):
        texts(sandbox, "contoso-group.example")
    with pytest.raises(dns.resolver.NoAnswer):
        texts(sandbox, kind="A")


@pytest.mark.parametrize(
    ("name", "text"), [("", TEXT), ("nodot", TEXT), ("a b.example", TEXT), (NAME, ""), (NAME, " ")]
)
def test_what_is_no_record_is_refused(sandbox: Sandbox, visitor: Browser, name: str, text: str) -> None:
    assert sandbox.control("POST", "/txt", {"name": name, "text": text}, 400)["error"]
    visitor.open("/").press("Publish", host=name, text=text)
    assert "That did not work" in visitor.text
    assert sandbox.control("GET", "/txt") == {}


@pytest.mark.parametrize("packet", [b"", b"\0", b"GET / HTTP/1.1", b"\xff" * 600])
def test_nonsense_is_not_answered_and_stops_nothing(sandbox: Sandbox, packet: bytes) -> None:
    publish(sandbox)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(packet, ("127.0.0.1", sandbox.port))
    assert texts(sandbox) == [TEXT]


def test_records_outlive_a_restart_and_a_reset_forgets_them(tmp_path: Path) -> None:
    folder, port = tmp_path / "data", free_port()
    with start_sandbox(folder, port) as first:
        publish(first)
        first.stop()
    with start_sandbox(folder, port) as second:
        assert texts(second) == [TEXT]
        second.control("POST", "/reset")
        assert second.control("GET", "/txt") == {}
