"""Fetching from an address that somebody typed reaches the public internet, and nothing that stands beside us."""

import socket
from collections.abc import Sequence
from pathlib import Path
from time import monotonic

import pytest
import trustme
from pytest_django.fixtures import Settings

from accounts.safe_http import UnsafeUrlError, fetch, is_public
from accounts.safe_http.places import system_resolver
from tests.accounts.making_servers import Answer, Server, endless, serving, whole

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"


class NameServer:
    """Answers the same question with the next list each time."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    def __call__(self, _host: str, _port: int) -> Sequence[str]:
        self.asked += 1
        return self.answers[min(self.asked, len(self.answers)) - 1]


def allow(settings: Settings, server: Server, scheme: str = "http", host: str = "idp.example") -> str:
    """The operator names the server's address, which is private; answers it."""
    origin = f"{scheme}://{host}:{server.port}"
    settings.PRIVATE_URLS_ALLOWED = {origin}
    return origin


def refusal(url: str, *addresses: str, patience: float = 5) -> str:
    """Why it is not fetched; the name, if given addresses, has these."""
    with pytest.raises(UnsafeUrlError) as refused:
        fetch(url, patience=patience, resolver=NameServer(addresses) if addresses else system_resolver)
    return str(refused.value)


def fetch_from(settings: Settings, answer: Answer, *, largest: int = 1000, patience: float = 5) -> bytes:
    """What comes of a server that answers so."""
    with serving(answer) as server:
        origin = allow(settings, server)
        return fetch(f"{origin}/metadata", largest=largest, patience=patience, resolver=NameServer(["127.0.0.1"]))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "100.100.100.200", "168.63.129.16", "0.0.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1",
        "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1",
        "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "not an address",
    ],
)  # fmt: skip
def test_addresses_that_are_not_of_one_machine_on_the_public_internet(address: str) -> None:
    assert not is_public(address)
    assert "private network" in refusal("https://idp.example/", address)


@pytest.mark.parametrize("address", ["8.8.8.8", "52.96.0.1", "2a00:1450:4001:80b::200e"])
def test_addresses_on_the_public_internet(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host",
    ["localhost", "127.0.0.1", "127.1", "0x7f.1", "2130706433", "[::1]", "0", "[::ffff:127.0.0.1]", "0177.0.0.1"],
)
def test_this_machine_by_any_name_as_the_system_resolves_it(host: str) -> None:
    assert "private network" in refusal(f"https://{host}/metadata")


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    assert "private network" in refusal("https://idp.example/", "8.8.8.8", "10.0.0.1")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://idp.example/", "https://"),
        ("ftp://idp.example/", "https://"),
        ("file:///etc/passwd", "whole address"),
        ("idp.example", "whole address"),
        ("", "whole address"),
        ("https://idp.example:8443/", "port"),
        ("https://idp.example:22/", "port"),
        ("https://idp.example:x/", "can be read"),
        ("https://[::1/", "can be read"),
        ("https://ana:secret@idp.example/", "user name"),
        ("https://idp.example@evil.example/", "user name"),
        ("https://idp.example\\@evil.example/", "characters"),
        ("https://idp.example/\r\nHost: x", "characters"),
        ("https://idp.example/\0", "characters"),
        ("https://idp.exämple/", "characters"),
        ("https://idp.example/" + "a" * 2000, "too long"),
    ],
)
def test_addresses_that_are_refused_as_they_stand(url: str, words: str) -> None:
    assert words in refusal(url, "8.8.8.8")


@pytest.mark.parametrize("host", [".", "..", ".example", "a" * 64 + ".example", "nowhere.invalid"])
def test_names_that_nobody_has(host: str) -> None:
    assert "no server named" in refusal(f"https://{host}/")


def test_what_the_operator_named_may_be_private(settings: Settings) -> None:
    assert fetch_from(settings, whole(b"<metadata/>")) == b"<metadata/>"


def test_what_the_operator_named_is_one_port_of_one_host(settings: Settings) -> None:
    with serving(whole(b"secret")) as named, serving(whole(b"secret")) as other:
        allow(settings, named)
        for url in (f"http://idp.example:{other.port}/", f"http://other.example:{named.port}/"):
            assert "https://" in refusal(url, "127.0.0.1")
        assert "port" in refusal(f"https://idp.example:{named.port}/", "127.0.0.1")
        assert named.requests == other.requests == []


def test_a_name_is_resolved_once_and_the_checked_address_is_connected_to(settings: Settings) -> None:
    with serving(whole(b"checked")) as server:
        rebinding = NameServer(["127.0.0.1"], ["127.0.0.2"])
        assert fetch(f"{allow(settings, server)}/m?x=1", resolver=rebinding) == b"checked"
        assert rebinding.asked == 1
        assert server.requests[0].startswith("GET /m?x=1 HTTP/1.1\r\nHost: idp.example:")


def test_the_next_address_is_tried_where_the_first_does_not_answer(settings: Settings) -> None:
    with serving(whole(b"here")) as server:
        assert fetch(allow(settings, server), resolver=NameServer(["::1", "127.0.0.1"])) == b"here"


def test_the_certificate_is_for_the_name_and_not_for_the_address(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    with serving(whole(b"private"), authority=authority) as server:
        origin, resolver = allow(settings, server, "https"), NameServer(["127.0.0.1"])
        assert "certificate" in refusal(origin, "127.0.0.1")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        assert fetch(origin, resolver=resolver) == b"private"
        assert server.names == ["idp.example"] * 2
        elsewhere = allow(settings, server, "https", "other.example")
        assert "certificate" in refusal(elsewhere, "127.0.0.1")


def test_a_redirect_is_not_followed(settings: Settings) -> None:
    with serving(whole(b"secret")) as inside:
        leads_on = whole(b"", "302 Found", f"Location: http://127.0.0.1:{inside.port}/")
        with pytest.raises(UnsafeUrlError, match="leads on"):
            fetch_from(settings, leads_on)
        assert inside.requests == []


@pytest.mark.parametrize("status", ["404 Not Found", "500 Oops", "204 No Content", "206 Partial Content"])
def test_an_answer_that_is_no_document(settings: Settings, status: str) -> None:
    with pytest.raises(UnsafeUrlError, match="error"):
        fetch_from(settings, whole(b"", status))


@pytest.mark.parametrize("size", [1001, 100_000])
def test_a_body_that_is_too_large(settings: Settings, size: int) -> None:
    assert len(fetch_from(settings, whole(b"x" * 1000))) == 1000
    with pytest.raises(UnsafeUrlError, match="more than"):
        fetch_from(settings, whole(b"x" * size))


CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("first", "piece"),
    [(HEAD + b"\r\n", b"x" * 10_000), (CHUNKED, b"a\r\n0123456789\r\n"), (HEAD, b"X-More: yes\r\n"), (HEAD, b"x")],
)
def test_an_answer_without_an_end(settings: Settings, first: bytes, piece: bytes) -> None:
    begun = monotonic()
    with pytest.raises(UnsafeUrlError):
        fetch_from(settings, endless(first, piece))
    assert monotonic() - begun < 5


@pytest.mark.parametrize(
    "first", [b"", HEAD, HEAD + b"\r\n", HEAD + b"Content-Length: 900\r\n\r\n", CHUNKED + b"380\r\n"]
)
def test_an_answer_that_drips_is_cut_off_wherever_it_is(settings: Settings, first: bytes) -> None:
    begun = monotonic()
    with pytest.raises(UnsafeUrlError, match="took longer"):
        fetch_from(settings, endless(first, b"x", pause=0.05), patience=0.4)
    assert monotonic() - begun < 3


def test_a_handshake_that_never_ends_is_cut_off(settings: Settings) -> None:
    with serving(endless(b"\x16\x03\x03\x40\x00", b"\x02", pause=0.05)) as server:
        assert "took longer" in refusal(allow(settings, server, "https"), "127.0.0.1", patience=0.4)


def test_a_body_that_ends_early_is_no_body(settings: Settings) -> None:
    def answer(connection: socket.socket) -> None:
        connection.sendall(HEAD + b"Content-Length: 900\r\n\r\n<half")

    with pytest.raises(UnsafeUrlError, match="could not be reached"):
        fetch_from(settings, answer)


@pytest.mark.parametrize("answer", [whole(b"", "what"), endless(b"SSH-2.0-OpenSSH_9.6\r\n", b"\n", 0.05)])
def test_a_server_that_speaks_something_else(settings: Settings, answer: Answer) -> None:
    with pytest.raises(UnsafeUrlError):
        fetch_from(settings, answer, patience=1)
