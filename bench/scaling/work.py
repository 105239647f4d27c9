"""What one sync of a mailbox takes: requests, CPU, and how long a worker's process is taken by it."""

from dataclasses import dataclass
from datetime import timedelta

from bench.scaling.costs import Costs, Load

STREAMS = 2


@dataclass(frozen=True)
class Work:
    """Requests to Graph, and seconds: of a worker's CPU, of PostgreSQL's, and from the sync's begin to its end."""

    requests: float
    worker: float
    postgres: float
    log: float  # bytes
    statements: float
    seconds: float


def work_of(costs: Costs, load: Load, *, whole: bool, first: bool, changed: int, refreshed: bool) -> Work:
    """The work of a sync that polls both streams, or reads the events whole, with so many items that changed."""
    pages = -(-load.items // load.page) if whole else 0
    requests = STREAMS + pages + (changed if not whole else 0) * load.further
    rows = load.items + (load.contacts if first else 0) if whole else 0
    of_item = costs.first if first else costs.again
    worker, postgres, log, statements = (
        STREAMS * polled + rows * read + changed * written
        for polled, read, written in zip(costs.poll.parts, of_item.parts, costs.first.parts, strict=True)
    )
    worker += costs.refresh if refreshed else 0
    postgres += costs.refresh_postgres if refreshed else 0
    seconds = requests * load.latency.total_seconds() + worker + (2 * load.latency.total_seconds() if refreshed else 0)
    return Work(requests, worker, postgres, log, statements, seconds)


def occupied(work: Work, threads: int) -> timedelta:
    """How long a process is taken: by its CPU, or where that is more by one of the threads that wait in it."""
    return timedelta(seconds=max(work.worker, work.seconds / threads))
