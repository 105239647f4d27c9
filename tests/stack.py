"""The whole product as people meet it: `make run` as separate processes on ports of their own."""

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from tests.sandbox.running import free_port, make_session

PROJECT = Path(__file__).parents[1]
READY = "Atrium is ready."
PATIENCE_SECONDS = 90
OURS = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "PORTAL_URL", "DJANGO_SETTINGS_MODULE")


@dataclass
class Stack:
    """A running product. The test process speaks HTTP and manage.py with it, and touches no table."""

    var: Path
    port: int
    sandbox_port: int
    process: "subprocess.Popen[str]"
    lines: "queue.Queue[str]"
    client: requests.Session

    @property
    def portal(self) -> str:
        """Where people open it."""
        return f"http://localhost:{self.port}"

    @property
    def sandbox(self) -> str:
        """Microsoft 365 and the identity provider: another site than the portal."""
        return f"http://127.0.0.1:{self.sandbox_port}"

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """A call to the sandbox's control API; its JSON, or None where there is none."""
        answer = self.client.request(method, f"{self.sandbox}/control/api{path}", json=body, timeout=20)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def manage(self, *arguments: str) -> str:
        """What a manage.py command prints; it finds the same servers by itself."""
        return self.run("manage.py", *arguments)

    def run(self, *arguments: str) -> str:
        """What Python prints for these arguments, in somebody's second terminal."""
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, *arguments],
            cwd=PROJECT,
            env=environment(self.var),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def wait_for_line(self, part: str) -> str:
        """The next line of its output that has this part."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        seen: list[str] = []
        while time.monotonic() < deadline:
            try:
                line = self.lines.get(timeout=1)
            except queue.Empty:
                assert self.process.poll() is None, "ended while waiting: " + "".join(seen[-30:])
                continue
            seen.append(line)
            if part in line:
                return line
        raise AssertionError(f"no {part!r} within {PATIENCE_SECONDS} seconds: " + "".join(seen[-30:]))

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Stop it as a person or a service manager does; the exit status."""
        self.process.send_signal(number)
        return self.process.wait(30)


def environment(var: Path, **more: str) -> dict[str, str]:
    """The environment of somebody who has set nothing but where the data goes."""
    kept = {name: value for name, value in os.environ.items() if name not in OURS and not name.startswith("MS_")}
    return {**kept, "ATRIUM_VAR": str(var), **more}


def launch(var: Path, port: int | str, sandbox_port: int | str, **more: str) -> "subprocess.Popen[str]":
    """The command of `make run`, without waiting; `more` is its environment's."""
    return subprocess.Popen(
        [sys.executable, "-m", "portal.local"],
        cwd=PROJECT,
        env=environment(var, PORT=str(port), SANDBOX_PORT=str(sandbox_port), **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@contextmanager
def running_stack(var: Path, **more: str) -> Iterator[Stack]:
    """A stack of its own, ready, and stopped at the end; `more` is its environment's."""
    port, sandbox_port = free_port(), free_port()
    process = launch(var, port, sandbox_port, **more)
    lines: queue.Queue[str] = queue.Queue()
    reader = threading.Thread(target=read_lines, args=(process, lines, var.parent / "stack.log"), daemon=True)
    reader.start()
    with make_session() as client:
        stack = Stack(var, port, sandbox_port, process, lines, client)
        try:
            stack.wait_for_line(READY)
            yield stack
        finally:
            if process.poll() is None:
                stack.stop()
            reader.join(10)
            if process.stdout:
                process.stdout.close()


def read_lines(process: "subprocess.Popen[str]", lines: "queue.Queue[str]", log: Path) -> None:
    """Keep the output flowing, for wait_for_line and in a file for whoever looks into a failure."""
    with log.open("a") as file:
        for line in process.stdout or ():
            file.write(line)
            file.flush()
            lines.put(line)
