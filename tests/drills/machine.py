"""A machine that runs Atrium as in production: every part a process of its own, started again when it dies."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import psutil
import requests

from portal import local, local_ground
from portal.embedded import BASE_DIR
from tests.drills.servers import Postgres, Redis, kill
from tests.sandbox.running import free_port, make_session
from tests.stack import environment

# Everything waits for seconds where it waits for minutes in production.
HURRIED = {
    "SYNC_INTERVAL_SECONDS": "5",
    "SYNC_LONGEST_INTERVAL_SECONDS": "10",
    "SYNC_LEASE_SECONDS": "20",
    "SYNC_CLAIM_SECONDS": "15",
    "SYNC_FIRST_BACK_OFF_SECONDS": "2",
    "SYNC_LONGEST_BACK_OFF_SECONDS": "6",
}
SECRETS = {
    "SECRET_KEY": "of the drills only, and long enough to be one that Django takes without a word",
    "FIELD_ENCRYPTION_KEYS": "ZHJpbGxzLWRyaWxscy1kcmlsbHMtZHJpbGxzLWRyaWw=",
}
PATIENCE_SECONDS = 120
FoundT = TypeVar("FoundT")


@dataclass
class Machine:
    """`commands` are those of `make run`, and what a drill adds to them.

    `restarts` counts how often which part died and was started again, as a service manager does.
    """

    var: Path
    ports: dict[str, int]
    postgres: Postgres
    redis: Redis
    environment: dict[str, str]
    client: requests.Session
    commands: dict[str, str]
    parts: "dict[str, subprocess.Popen[bytes]]" = field(default_factory=dict)
    restarts: Counter[str] = field(default_factory=Counter)

    @property
    def portal(self) -> str:
        """Where people open it."""
        return local_ground.portal_url(self.ports)

    @property
    def ews_url(self) -> str:
        """The sandbox's Exchange server."""
        return f"https://127.0.0.1:{self.ports['SANDBOX_PORT'] + 1}/EWS/Exchange.asmx"

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """A call to the sandbox's control API; its JSON, or None where there is none."""
        url = f"http://127.0.0.1:{self.ports['SANDBOX_PORT']}/control/api{path}"
        answer = self.client.request(method, url, json=body, timeout=60)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def shell(self, code: str) -> None:
        """Run a line of Python in Django, for what an operator sets up before anybody comes."""
        command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
        subprocess.run(command, cwd=BASE_DIR, env=self.environment, check=True, timeout=60)  # noqa: S603 - our own command

    def start(self, name: str) -> None:
        """Start a part by its command."""
        with (self.var.parent / f"{name}.log").open("ab") as log:
            self.parts[name] = subprocess.Popen(  # noqa: S602 - our own command
                self.commands[name],
                shell=True,
                cwd=BASE_DIR,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def process(self, name: str) -> psutil.Process:
        """The process of a part."""
        return psutil.Process(self.parts[name].pid)

    def kill_workers(self, *, whole: bool) -> None:
        """kill -9 the worker service, or only the processes in which it works, as the kernel may where memory ends."""
        service = self.process("worker")
        for process in [service] if whole else service.children():
            kill(process)

    def retire(self, name: str) -> None:
        """Ask a part to end, and wait until it has; it is not started again."""
        part = self.parts.pop(name)
        os.killpg(part.pid, signal.SIGTERM)
        part.wait(PATIENCE_SECONDS)

    def log(self, name: str) -> str:
        """What a part has said so far."""
        return (self.var.parent / f"{name}.log").read_text()

    def kill(self, name: str) -> None:
        """kill -9 a part with all of its processes; it is started again at the next look."""
        kill(self.process(name))

    def tend(self) -> None:
        """What a service manager does: start again what has died."""
        for name, part in list(self.parts.items()):
            if part.poll() is not None:
                self.restarts[name] += 1
                self.start(name)

    def until(self, found: Callable[[], FoundT], what: str, seconds: float = PATIENCE_SECONDS) -> FoundT:
        """What this answers as soon as it is true, with the parts tended meanwhile."""
        deadline = time.monotonic() + seconds
        while not (answer := found()):
            assert time.monotonic() < deadline, f"not within {seconds:.0f} seconds: {what}; logs in {self.var.parent}"
            self.tend()
            time.sleep(0.2)  # between two looks at other processes
        return answer

    def is_ready(self) -> bool:
        """Whether the portal says that its database, Redis and a worker are there."""
        try:
            return self.client.get(f"{self.portal}/readyz", timeout=5).ok
        except requests.RequestException:
            return False

    def stop(self) -> None:
        """Stop everything; what keeps the others waiting goes last."""
        for part in self.parts.values():
            os.killpg(part.pid, signal.SIGTERM)
        for name, part in self.parts.items():
            try:
                part.wait(15)
            except subprocess.TimeoutExpired:
                self.kill(name)
            part.wait()
        self.redis.kill()


@contextmanager
def running_machine(var: Path) -> Iterator[Machine]:
    """A machine with everything on it ready, and stopped at the end."""
    ports = {"PORT": free_port(), "SANDBOX_PORT": free_port()}
    var.mkdir(parents=True)
    values = local_ground.write_local_env(var, ports)
    with make_session() as client:
        postgres, redis = Postgres(var), Redis(var)
        servers = {"DATABASE_URL": postgres.url, "REDIS_URL": redis.url, **SECRETS, **HURRIED}
        ours = {"PYTHONUNBUFFERED": "1", "SANDBOX_CLIENT_SECRET": values["MS_CLIENT_SECRET"]}
        surroundings = environment(var, **values, **servers, **ours)
        machine = Machine(var, ports, postgres, redis, surroundings, client, local.commands(var, ports))
        try:
            local_ground.prepare(machine.environment)
            for name in list(machine.commands):
                machine.start(name)
            machine.until(machine.is_ready, "ready")
            yield machine
        finally:
            machine.stop()
