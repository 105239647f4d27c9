"""How requests to Graph travel: over requests' connections, through the environment's proxy, and never for ever."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from pytest_django.fixtures import Settings

from calendar_integration.clients import graph_transport
from calendar_integration.clients.graph_answers import ActionRefusedError
from calendar_integration.clients.graph_transport import GraphTransport
from calendar_integration.errors import CalendarError, UnavailableError
from calendar_integration.wire import http
from calendar_integration.wire.kept_alive import way_to
from tests.accounts.making_servers import Answer, Server, endless, serving, whole

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@pytest.fixture(autouse=True)
def _no_environment(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.MS_CA_BUNDLE = ""
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    http.forget_everything()
    yield
    http.forget_everything()


def make_transport(server: Server, settings: Settings, scheme: str = "http") -> tuple[GraphTransport, str]:
    """A way to a server that is taken for Graph, and where it begins."""
    settings.MS_GRAPH_URL = f"{scheme}://127.0.0.1:{server.port}/v1.0"
    return GraphTransport("secret", prefer='IdType="ImmutableId"'), settings.MS_GRAPH_URL


def test_a_request_carries_what_it_should(settings: Settings) -> None:
    with serving(whole(b'{"id": "7"}', "201 Created")) as server:
        transport, base = make_transport(server, settings)
        assert transport.change("POST", f"{base}/subscriptions", {"resource": "/me/events"}) == {"id": "7"}
    (sent,) = server.requests
    head, _, body = sent.partition("\r\n\r\n")
    assert head.startswith("POST /v1.0/subscriptions HTTP/1.1\r\n")
    assert "Authorization: Bearer secret" in head
    assert 'Prefer: IdType="ImmutableId"' in head
    assert "Content-Type: application/json" in head
    assert body == '{"resource":"/me/events"}'


def test_an_address_that_is_not_plain_is_written_as_it_must_be(settings: Settings) -> None:
    with serving(whole(b"{}")) as server:
        transport, base = make_transport(server, settings)
        transport.get(f"{base}/me/events?$search=ü x")
    assert server.requests[0].startswith("GET /v1.0/me/events?$search=%C3%BC%20x HTTP/1.1\r\n")


def test_a_proxy_is_given_the_whole_address(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(whole(b"{}")) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        settings.MS_GRAPH_URL = "http://graph.example/v1.0"
        GraphTransport("secret", prefer="").get("http://graph.example/v1.0/me?$select=id")
        assert way_to(settings.MS_GRAPH_URL, http.session()).proxy == f"http://127.0.0.1:{proxy.port}"
    assert proxy.requests[0].startswith("GET http://graph.example/v1.0/me?$select=id HTTP/1.1\r\n")


def test_a_proxy_is_asked_for_a_tunnel_and_shown_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(whole(b"", "403 Forbidden")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        settings.MS_GRAPH_URL = "https://graph.example/v1.0"
        with pytest.raises(UnavailableError, match="ProxyError"):
            GraphTransport("secret", prefer="").get("https://graph.example/v1.0/me")
    assert proxy.requests[0].startswith("CONNECT graph.example:443 ")
    assert "secret" not in proxy.requests[0]


def test_the_authority_that_is_configured_wins(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ours, other = trustme.CA(), trustme.CA()
    for name, authority in (("ours", ours), ("other", other)):
        authority.cert_pem.write_to_path(str(tmp_path / name))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "other"))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    settings.MS_CA_BUNDLE = str(tmp_path / "ours")
    with serving(whole(b"{}"), authority=ours, name="127.0.0.1") as server:
        transport, base = make_transport(server, settings, "https")
        assert transport.get(f"{base}/me") == {}
    with serving(whole(b"{}"), authority=other, name="127.0.0.1") as server:
        transport, base = make_transport(server, settings, "https")
        with pytest.raises(UnavailableError, match="SSLError"):
            transport.get(f"{base}/me")
    assert not server.requests


def test_where_none_is_configured_the_worlds_are_trusted(settings: Settings) -> None:
    authority = trustme.CA()
    with serving(whole(b"{}"), authority=authority, name="127.0.0.1") as server:
        transport, base = make_transport(server, settings, "https")
        with pytest.raises(UnavailableError, match="SSLError"):
            transport.get(f"{base}/me")
    assert way_to(base, http.session()).trusted.cert_store_stats()["x509_ca"] > 50


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (whole(b"", "302 Found", "Location: http://127.0.0.1:9/"), CalendarError),
        (whole(b"half", "200 OK", "Content-Length: 9"), UnavailableError),
        (whole(b"nonsense", "200 OK", "Content-Encoding: gzip"), UnavailableError),
        (endless(b"HTTP/1.1 200 OK\r\n\r\n", b" " * 100_000), UnavailableError),
        (endless(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n", b" ", pause=0.05), UnavailableError),
        (lambda connection: connection.close(), UnavailableError),
        (whole(b"{}", "400 Bad Request"), UnavailableError),
    ],
)
def test_whatever_comes_ends_in_an_error_of_ours(
    answer: Answer, expected: type[CalendarError], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph_transport, "LONGEST_ANSWER_SECONDS", 0.5)
    monkeypatch.setattr(graph_transport, "LARGEST_ANSWER", 300_000)
    with serving(answer) as server:
        transport, base = make_transport(server, settings)
        with pytest.raises(expected) as raised:
            transport.get(f"{base}/me")
    assert "secret" not in str(raised.value)


def test_an_action_that_is_refused_is_sent_once(settings: Settings) -> None:
    with serving(whole(b'{"error": {"code": "ErrorInvalidRequest"}}', "400 Bad Request")) as server:
        transport, base = make_transport(server, settings)
        with pytest.raises(ActionRefusedError, match="ErrorInvalidRequest"):
            transport.post(f"{base}/me/events/7/accept", {})
    assert len(server.requests) == 1
