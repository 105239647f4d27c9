"""Starting and stopping the real process, and calling its control API."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

PROJECT = Path(__file__).parents[2]
SECRET = "the-secret-of-the-app-registration"
PORTAL = "http://localhost:8000"
CLIENT_ID = "5b8a1f60-3c1e-4d0a-9f57-a7d0c0ffee01"
CONTOSO = "11111111-aaaa-4bbb-8ccc-000000000001"
FABRIKAM = "22222222-aaaa-4bbb-8ccc-000000000002"
CALLBACK = f"{PORTAL}/office365/callback/"
ADMIN_CALLBACK = f"{PORTAL}/office365/admin-consent/"
PATIENCE_SECONDS = 15


def make_session(verify: str | bool = True) -> requests.Session:
    """A client that takes no proxy or certificate bundle from the environment."""
    session = requests.Session()
    session.trust_env = False
    session.verify = verify
    return session


@dataclass
class Sandbox:
    """A running sandbox. `client` trusts its certificate authority."""

    port: int
    data_dir: Path
    process: "subprocess.Popen[str]"
    client: requests.Session = field(init=False)

    def __post_init__(self) -> None:
        self.client = make_session(str(self.data_dir / "ca.pem"))

    @property
    def http(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def https(self) -> str:
        return f"https://127.0.0.1:{self.port + 1}"

    @property
    def graph(self) -> str:
        return f"{self.https}/v1.0"

    def control(self, method: str, path: str, body: Any = None, status: int | None = None) -> Any:
        """A call to the control API; its JSON, or None if there is none."""
        answer = self.client.request(method, f"{self.http}/control/api{path}", json=body, timeout=PATIENCE_SECONDS)
        assert answer.status_code == status if status else answer.ok, answer.text
        return answer.json() if answer.content else None

    def fault(self, kind: str, **details: Any) -> str:
        """Switches a fault on; its id."""
        return str(self.control("POST", "/faults", {"kind": kind, **details}, 201)["id"])

    def people(self, domain: str = "contoso.example") -> dict[str, dict[str, Any]]:
        """The people of a tenant by user principal name."""
        tenants = self.control("GET", "/state")["tenants"]
        tenant = next(row for row in tenants if row["domain"] == domain)
        return {row["upn"]: row for row in tenant["people"]}

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Stops the process; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_SECONDS)


def free_port() -> int:
    """A port that is free together with the one above it."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as lower:
            port = int(lower.getsockname()[1])
            try:
                with socket.create_server(("127.0.0.1", port + 1)):
                    return port
            except OSError:
                continue


def launch(data_dir: Path, port: int) -> "subprocess.Popen[str]":
    """The command, without waiting."""
    command = [sys.executable, "-m", "sandbox", "--port", str(port), "--portal-url", PORTAL]
    with (data_dir.parent / f"{data_dir.name}.log").open("a") as log:
        return subprocess.Popen(  # noqa: S603 - our own command
            [*command, "--data-dir", str(data_dir)],
            cwd=PROJECT,
            env={**os.environ, "SANDBOX_CLIENT_SECRET": SECRET},
            stderr=log,
            text=True,
        )


def wait_until_up(process: "subprocess.Popen[str]", port: int) -> None:
    """Waits for the health check, not longer than patience lasts."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    with make_session() as session:
        while time.monotonic() < deadline:
            assert process.poll() is None, "the sandbox ended while starting"
            try:
                if session.get(f"http://127.0.0.1:{port}/healthz", timeout=1).ok:
                    return
            except (requests.ConnectionError, requests.Timeout):
                continue
    raise AssertionError("the sandbox did not come up")


@contextmanager
def start_sandbox(data_dir: Path, port: int | None = None) -> Iterator[Sandbox]:
    """A sandbox of its own, stopped at the end."""
    chosen = port or free_port()
    process = launch(data_dir, chosen)
    try:
        wait_until_up(process, chosen)
        running = Sandbox(chosen, data_dir, process)
        with running.client:
            yield running
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(PATIENCE_SECONDS)
