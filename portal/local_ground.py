"""The ground that `make run` stands on: free ports, kept data, Redis, an up-to-date database and static files."""

import os
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from portal import embedded

SANDBOX_CLIENT_ID = "5b8a1f60-3c1e-4d0a-9f57-a7d0c0ffee01"
STATIC_IGNORED = ["*-grid*", "*-reboot*", "*-utilities*", "*.rtl*", "*.esm*", "*htmx-4*", "*htmax*", "ext"]


class PortTakenError(RuntimeError):
    """A port is in use, or wanted twice; the message names the variable that chooses another."""


def refuse_taken_ports(ports: dict[str, int]) -> None:
    """Raise PortTakenError, naming the variable, where a port that will be listened on is in use."""
    wanted = [
        ("PORT", ports["PORT"]),
        ("SANDBOX_PORT", ports["SANDBOX_PORT"]),
        ("SANDBOX_PORT", ports["SANDBOX_PORT"] + 1),
    ]
    if len({port for _, port in wanted}) < len(wanted):
        raise PortTakenError("PORT, SANDBOX_PORT and the one after SANDBOX_PORT (for TLS) must be three ports.")
    for variable, port in wanted:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise PortTakenError(
                    f"port {port} is in use. Stop what listens there, or choose another: "
                    f"make run {variable}={port + 1000}"
                ) from error


def forget(var: Path) -> int:
    """Delete what `make run` keeps between runs, the tests' data with it."""
    if var.exists() and not (var / embedded.LOCAL_ENV).exists():
        raise embedded.EmbeddedServerError(f"{var} was not made by make run; delete it by hand if you mean it.")
    if embedded.is_postgres_running(var):
        raise embedded.EmbeddedServerError(f"something is using {var}; stop it first.")
    for place in (var, embedded.postgres_dir(var).parent):
        if place.exists():
            shutil.rmtree(place)
    sys.stdout.write("Forgotten. The next make run begins anew.\n")
    return 0


def portal_url(ports: dict[str, int]) -> str:
    """Where people open the portal."""
    return f"http://localhost:{ports['PORT']}"


def write_local_env(var: Path, ports: dict[str, int]) -> dict[str, str]:
    """Keep where everything listens, so that any manage.py command meets the same servers; answers it."""
    sandbox_tls = f"https://127.0.0.1:{ports['SANDBOX_PORT'] + 1}"
    values = {
        "PORTAL_URL": portal_url(ports),
        "NOTIFICATION_URL": portal_url(ports),  # where the sandbox's Graph notifies
        "SANDBOX_URL": f"http://127.0.0.1:{ports['SANDBOX_PORT']}",
        "PRIVATE_URLS_ALLOWED": f"http://127.0.0.1:{ports['SANDBOX_PORT']},{sandbox_tls}",
        "DNS_RESOLVER": f"127.0.0.1:{ports['SANDBOX_PORT']}",  # by UDP, so that it may be the sandbox's number
        "MS_AUTHORITY_HOST": sandbox_tls,
        "MS_GRAPH_URL": f"{sandbox_tls}/v1.0",
        "MS_CA_BUNDLE": str(var / "sandbox" / "ca.pem"),
        "SSL_CERT_FILE": str(var / "sandbox" / "ca.pem"),  # for its Exchange server, which is met as any company's
        "MS_CLIENT_ID": SANDBOX_CLIENT_ID,
        "MS_CLIENT_SECRET": embedded.kept_secret(var / "client_secret", secrets.token_urlsafe(30)),
    }
    embedded.write_local_env(var, values)
    return values


@contextmanager
def redis_server(var: Path) -> Iterator[None]:
    """The embedded Redis, unless REDIS_URL names another; it outlives the processes that use it."""
    if os.environ["REDIS_URL"] != f"unix://{embedded.redis_socket(var)}":
        yield
        return
    server = subprocess.Popen(embedded.redis_command(var), start_new_session=True)
    try:
        yield
    finally:
        server.terminate()
        server.wait(timeout=10)


def prepare(environment: Mapping[str, str] | None = None) -> None:
    """Bring the database and the static files up to date; `environment` is ours where there is none."""
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "migrate", "--verbosity", "0"], cwd=embedded.BASE_DIR, env=environment, check=True)
    ignored = [part for pattern in STATIC_IGNORED for part in ("--ignore", pattern)]
    subprocess.run(
        [*manage, "collectstatic", "--noinput", "--verbosity", "0", *ignored],
        cwd=embedded.BASE_DIR,
        env=environment,
        check=True,
    )
