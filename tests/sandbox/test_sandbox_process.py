"""Starting, stopping and starting again."""

import signal
import socket
import ssl
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from tests.sandbox.browser import Browser
from tests.sandbox.graph_side import Graph, usual_window
from tests.sandbox.hook_side import Hook
from tests.sandbox.portal_side import authorize, begin, make_app
from tests.sandbox.running import (
    CLIENT_ID,
    CONTOSO,
    PATIENCE_SECONDS,
    PROJECT,
    SECRET,
    free_port,
    make_session,
    start_sandbox,
)
from tests.sandbox.subscribing import SECRET_STATE, subscribe


def run_briefly(data_dir: Path, port: int, **environment: str) -> "subprocess.CompletedProcess[str]":
    """The command when it is expected to end by itself."""
    command = [sys.executable, "-m", "sandbox", "--port", str(port), "--data-dir", str(data_dir)]
    return subprocess.run(  # noqa: S603 - our own command
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )


def test_a_connection_survives_a_restart(tmp_path: Path, hook: Hook) -> None:
    data_dir, port = tmp_path / "data", free_port()
    with start_sandbox(data_dir, port) as before, Browser(before.http) as visitor:
        result = authorize(before, visitor)
        graph = Graph(before, result["access_token"])
        rows, link, _pages = graph.round("/me/calendarView/delta", params=usual_window())
        subscription = subscribe(graph, hook)
        cookies = visitor.session.cookies
        certificate = (data_dir / "ca.pem").read_bytes()
        state = before.control("GET", "/state")
        before.control("DELETE", f"/people/ana@contoso.example/events/{rows[0]['id']}")
        assert before.stop() == 0

    with start_sandbox(data_dir, port) as after, Browser(after.http) as visitor:
        assert (data_dir / "ca.pem").read_bytes() == certificate
        again = Graph(after, result["access_token"])
        assert rows[0]["id"] in {row["id"] for row in again.round(link)[0]}
        assert again.get(f"/subscriptions/{subscription['id']}").json()["clientState"] == SECRET_STATE
        form = {"client_id": CLIENT_ID, "client_secret": SECRET, "grant_type": "refresh_token"}
        reply = after.client.post(
            f"{after.https}/{CONTOSO}/oauth2/v2.0/token", data=form | {"refresh_token": result["refresh_token"]}
        )
        assert reply.status_code == 200
        assert after.people() == {
            upn: row | {"events": row["events"] - (upn == "ana@contoso.example")}
            for upn, row in {row["upn"]: row for row in state["tenants"][0]["people"]}.items()
        }
        visitor.session.cookies.update(cookies)
        visitor.open(begin(make_app(after), "ana@contoso.example")["auth_uri"])
        assert "code" in visitor.answer


def test_what_was_just_changed_is_written_at_once_when_told_to_stop(tmp_path: Path) -> None:
    data_dir, port = tmp_path / "data", free_port()
    with start_sandbox(data_dir, port) as before:
        before.control("PUT", "/tenants/contoso.example/policy", {"user_consent": "admin_only"})
        assert before.stop(signal.SIGINT) == 0
    with start_sandbox(data_dir, port) as after:
        assert after.control("GET", "/state")["tenants"][0]["policy"]["user_consent"] == "admin_only"


def test_a_state_of_another_version_is_put_aside(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    (data_dir / "state.json").write_text('{"generation": 1}')
    with start_sandbox(data_dir) as running:
        assert len(running.people()) == 15
    assert (data_dir / "state.unreadable.json").read_text() == '{"generation": 1}'


def test_open_connections_do_not_hold_it_up(tmp_path: Path) -> None:
    with start_sandbox(tmp_path / "data") as running:
        address = ("127.0.0.1", running.port)
        context = ssl.create_default_context(cafile=str(tmp_path / "data" / "ca.pem"))
        tls_address = ("127.0.0.1", running.port + 1)
        with (
            socket.create_connection(address) as idle,
            context.wrap_socket(socket.create_connection(tls_address), server_hostname="localhost") as tls,
        ):
            idle.sendall(b"GET / HTTP/1.1\r\nHost: half\r\n")
            tls.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert tls.recv(16).startswith(b"HTTP/1.1 200")
            began = time.monotonic()
            assert running.stop() == 0
            assert time.monotonic() - began < 4


def test_secrets_are_kept_from_others_and_from_the_log(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with start_sandbox(data_dir) as running, Browser(running.http) as visitor:
        result = authorize(running, visitor)
        code = visitor.answer["code"]
        Graph(running, result["access_token"]).round("/me/contacts/delta")
        running.stop()
    log = (tmp_path / "data.log").read_text()
    assert "/v1.0/me/contacts/delta" in log
    for secret in (SECRET, code, result["access_token"], result["refresh_token"], "code=", "token="):
        assert secret not in log
    assert result["refresh_token"] not in (data_dir / "state.json").read_text()
    for name in ("state.json", "keys.json", "tls.pem"):
        assert stat.S_IMODE((data_dir / name).stat().st_mode) == 0o600


@pytest.mark.parametrize("offset", [0, 1])
def test_a_taken_port_is_told_in_one_line(tmp_path: Path, offset: int) -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port + offset)):
        ended = run_briefly(tmp_path / "data", port, SANDBOX_CLIENT_SECRET=SECRET)
    assert ended.returncode == 1
    (line,) = ended.stderr.strip().splitlines()
    assert "SANDBOX_PORT" in line
    assert str(port + offset) in line


def test_without_a_secret_it_does_not_start(tmp_path: Path) -> None:
    ended = run_briefly(tmp_path / "data", free_port())
    assert ended.returncode == 2
    assert "SANDBOX_CLIENT_SECRET" in ended.stderr


def test_only_its_own_authority_vouches_for_it(tmp_path: Path) -> None:
    with start_sandbox(tmp_path / "data") as running:
        assert running.client.get(f"{running.https}/healthz").text == "ok\n"
        assert running.client.get(f"https://localhost:{running.port + 1}/healthz").ok
        with make_session() as stranger, pytest.raises(requests.exceptions.SSLError):
            stranger.get(f"{running.https}/healthz")
