"""Mailboxes per second of real worker processes, with every answer of Graph 50 ms away.

    python -m bench.worker compare

tries other set-ups than the recommended one.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from django.utils import timezone

from bench.due_mailboxes import make_due, make_mailboxes
from bench.graph_pages import serving
from bench.ground import throw_away_database
from calendar_integration import queueing, tasks
from calendar_integration.models import Connection
from portal import embedded
from portal.local_ground import redis_server

LATENCY = 0.05  # seconds
ACCOUNTS, MAILBOXES = 10, 300
LONGEST_SECONDS = 300


@dataclass(frozen=True)
class SetUp:
    """How a worker is started."""

    pool: str
    concurrency: int
    threads: int

    def __str__(self) -> str:
        return f"--pool {self.pool} --concurrency {self.concurrency}, SYNC_THREADS={self.threads}"


RECOMMENDED = SetUp("prefork", 2, 50)  # one process for every core
OTHERS = [
    RECOMMENDED,
    SetUp("prefork", 4, 50),
    SetUp("prefork", 2, 100),
    SetUp("threads", 4, 50),
    RECOMMENDED,
]


def main(say: Callable[[str], None], set_ups: tuple[SetUp, ...] = (RECOMMENDED,)) -> None:
    """Print what each set-up does, in a database that is there."""
    with serving(events=10, latency=LATENCY) as server, redis_server(embedded.BASE_DIR / os.environ["ATRIUM_VAR"]):
        wait_for(queueing.queue_answers, "Redis")
        for number in range(ACCOUNTS):
            make_mailboxes(f"company{number}", MAILBOXES, server.graph_url)
        say(f"{'worker, every answer 50 ms away':<56}{'mailboxes a second':>20}{'a CPU second':>15}{'load':>8}")
        for set_up in set_ups:
            with running(set_up, server.graph_url) as process:
                read_all()  # everything is loaded, every connection made
                before, began = cpu_of(process), time.perf_counter()
                read_all()
                seconds, cpu = time.perf_counter() - began, cpu_of(process) - before
            count = ACCOUNTS * MAILBOXES
            say(f"{set_up!s:<56}{count / seconds:>20.0f}{count / cpu:>15.0f}{os.getloadavg()[0]:>8.0f}")


def read_all() -> None:
    """Have every mailbox read once; two streams each."""
    began = timezone.now()
    make_due()

    def are_all_read() -> bool:
        tasks.dispatch_due()
        return not Connection.objects.exclude(last_good_sync_at__gt=began).exists()

    wait_for(are_all_read, "the mailboxes")


@contextmanager
def running(set_up: SetUp, graph_url: str) -> Iterator[psutil.Process]:
    """A worker with this set-up."""
    command = [sys.executable, "-m", "celery", "--quiet", "-A", "portal.celery", "worker", "--loglevel", "ERROR"]
    command += ["--without-gossip", "--without-mingle", "--pool", set_up.pool, "--concurrency", str(set_up.concurrency)]
    environment = {**os.environ, "MS_GRAPH_URL": graph_url, "SYNC_THREADS": str(set_up.threads)}
    with subprocess.Popen(command, env=environment, cwd=Path(__file__).parents[1]) as process:  # noqa: S603 - our own command
        try:
            yield psutil.Process(process.pid)
        finally:
            process.terminate()


def cpu_of(process: psutil.Process) -> float:
    """Seconds of CPU of a worker and its children."""
    return sum(sum(one.cpu_times()[:2]) for one in [process, *process.children(recursive=True)])


def wait_for(condition: Callable[[], bool], what: str) -> None:
    """Raise TimeoutError where it does not come true."""
    until = time.monotonic() + LONGEST_SECONDS
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError(f"waited for {what}")
        time.sleep(0.05)  # the workers are processes of their own: nobody tells us


if __name__ == "__main__":
    with throw_away_database():
        main(lambda line: print(line, flush=True), tuple(OTHERS) if "compare" in sys.argv else (RECOMMENDED,))  # noqa: T201 - a script
