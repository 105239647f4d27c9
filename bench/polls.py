"""What it costs to look at mailboxes in which nothing is new, beside a bare kept-alive GET of the same answers.

CPU is that of this process and of its PostgreSQL backend; the floor's is requests and orjson alone, in one thread.
"""

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson
import psutil
import requests
from django.conf import settings
from django.db import close_old_connections, connection

from bench import worker
from bench.due_mailboxes import make_due, make_mailboxes
from bench.graph_pages import TOKEN, serving
from bench.ground import throw_away_database
from calendar_integration import queueing
from calendar_integration.sync import chunks, circuits, engine, schedule, set_aside

MAILBOXES = 500
RUNS = 5
MOST_CPU, MOST_STATEMENTS = 1.5, 100  # times the floor's; for a thousand polls


@dataclass
class Counted:
    """The statements of a run, one more for every task: Django looks whether its connection still works."""

    statements: int = 0


def main() -> int:
    """Print the figures; answers 1 where one is above what it may be."""
    with throw_away_database():
        with serving(events=10) as server:
            settings.MS_GRAPH_URL = server.graph_url
            say(f"{'polls that find nothing new':<32}{'floor':>12}{'CPU':>12}{'ratio: least, median, most':>30}")
            results = [measure("both", 2, server.graph_url), measure("calendars", 1, server.graph_url)]
        worker.main(say)
    return int(not all(results))


def measure(vanity: str, streams: int, graph_url: str) -> bool:
    """Mailboxes with so many streams; whether all is within its bounds."""
    account = make_mailboxes(vanity, MAILBOXES, graph_url, contacts=streams == 2)
    link = f"{graph_url}/me/calendarView/delta?$deltatoken={TOKEN}0"
    polls, counted = MAILBOXES * streams, Counted()
    floor, ours = Floor(link), lambda: poll_all(counted)
    floor.run(100)
    make_due()
    cpu_of(ours)
    counted.statements = 0
    pairs = []
    for _ in range(RUNS):
        make_due()
        pairs.append((cpu_of(lambda: floor.run(polls)) / polls, cpu_of(ours) / polls))
    ratios = sorted(mine / least for least, mine in pairs)
    statements = counted.statements * 1000 / polls / RUNS
    bare, mine = (statistics.median(column) * 1e6 for column in zip(*pairs, strict=True))
    listed = ", ".join(f"{ratio:.2f}" for ratio in (ratios[0], statistics.median(ratios), ratios[-1]))
    say(f"{f'{streams} to a mailbox':<32}{bare:>9.0f} µs{mine:>9.0f} µs{listed:>30}")
    say(f"{'':<32}{statements:.0f} statements for 1,000 polls")
    account.delete()
    return statistics.median(ratios) <= MOST_CPU and statements <= MOST_STATEMENTS


class Floor:
    """Requests, kept alive, and orjson."""

    def __init__(self, link: str) -> None:
        self._session, self._link = requests.Session(), link
        self._session.trust_env = False
        self._session.headers.update({"Authorization": f"Bearer {'a' * 2200}", "Prefer": 'IdType="ImmutableId"'})

    def run(self, polls: int) -> None:
        """So many polls, one after the other."""
        for _ in range(polls):
            assert orjson.loads(self._session.get(self._link).content)["@odata.deltaLink"]  # noqa: S101 - it is read


def poll_all(counted: Counted) -> None:
    """Everything from the dispatcher's look to the last row, but for the queue."""
    with counting(counted):
        set_aside.bury()
        circuits.choose_probes()
        claimed = schedule.claim_due()
        assert len(claimed) == MAILBOXES, len(claimed)  # noqa: S101 - a measurement of fewer would be none
        for start in range(0, len(claimed), queueing.CHUNK):
            close_old_connections()
            counted.statements += 1
            done = chunks.sync_chunk(claimed[start : start + queueing.CHUNK])
            assert done[engine.Status.DONE] == queueing.CHUNK, done  # noqa: S101 - the same


@contextmanager
def counting(counted: Counted) -> Iterator[None]:
    """Count the statements of this thread; the others make none."""

    def count(execute: Callable[..., Any], *arguments: Any) -> Any:
        counted.statements += 1
        return execute(*arguments)

    with connection.execute_wrapper(count):
        yield


def cpu_of(work: Callable[[], None]) -> float:
    """Seconds of CPU of this process, all its threads, and its PostgreSQL backend."""
    connection.ensure_connection()
    backend = psutil.Process(connection.connection.info.backend_pid)
    before = time.process_time() + sum(backend.cpu_times()[:2])
    work()
    return time.process_time() + sum(backend.cpu_times()[:2]) - before


def say(line: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
