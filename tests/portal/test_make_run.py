"""`make run` as somebody uses it: started, stopped, started again, and clear about what is in its way."""

import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.sandbox.running import free_port
from tests.stack import launch, running_stack


@pytest.fixture
def var() -> Iterator[Path]:
    """An empty place for the data; not in pytest's own folder, which is closed to the user PostgreSQL runs as."""
    with tempfile.TemporaryDirectory(prefix="atrium-", ignore_cleanup_errors=True) as folder:
        yield Path(folder) / "var"


def processes_of(var: Path) -> list[str]:
    """The command lines of processes that still work with this data."""
    lines = (" ".join(process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"]))
    return [line for line in lines if str(var) in line]


def output_of(process: "subprocess.Popen[str]") -> str:
    output, _ = process.communicate(timeout=60)
    return output


def test_it_starts_stops_without_leftovers_and_starts_again_with_its_data(var: Path) -> None:
    with running_stack(var) as first:
        assert first.client.get(f"{first.portal}/readyz", timeout=10).json() == {
            "database": True,
            "redis": True,
            "worker": True,
        }
        first.manage(
            "create_account", "kept", "--name", "Kept", "--owner", "o@kept.example", "--domain", "kept.example"
        )
        assert first.stop(signal.SIGTERM) == 0
    assert processes_of(var) == []
    with running_stack(var) as second:
        assert second.client.get(f"{second.portal}/sign-in/kept/", timeout=10).status_code == 200
        assert second.stop(signal.SIGINT) == 0
    assert processes_of(var) == []


@pytest.mark.parametrize(("variable", "offset"), [("PORT", 0), ("SANDBOX_PORT", 0), ("SANDBOX_PORT", 1)])
def test_a_taken_port_is_said_with_the_variable_that_chooses_another(var: Path, variable: str, offset: int) -> None:
    ports = {"PORT": free_port(), "SANDBOX_PORT": free_port()}
    with socket.create_server(("127.0.0.1", ports[variable] + offset)):
        process = launch(var, ports["PORT"], ports["SANDBOX_PORT"])
        output = output_of(process)
    assert process.returncode == 1
    assert f"port {ports[variable] + offset} is in use" in output
    assert f"make run {variable}=" in output
    assert processes_of(var) == []


@pytest.mark.parametrize(
    ("port", "sandbox_port", "sentence"),
    [
        ("9640", "9640", "must be three ports"),
        ("9641", "9640", "must be three ports"),
        ("abc", "9640", "PORT must be a whole"),
    ],
)
def test_ports_that_make_no_sense_are_said(var: Path, port: str, sandbox_port: str, sentence: str) -> None:
    process = launch(var, port, sandbox_port)
    assert sentence in output_of(process)
    assert process.returncode == 1
