"""What rounds that bring rows cost beside the floor of bench.sync_floor, in CPU of this process and its PostgreSQL backend."""

import gc
import resource
import statistics
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from bench.ground import throw_away_database
from bench.graph_pages import serving
from bench.sync_floor import Floor
from bench.sync_mailboxes import make_account, make_mailboxes, reach
from calendar_integration.models import Meeting, Stream
from calendar_integration.sync.engine import Status, sync_connection

EVENTS = 1000
MAILBOXES, RUNS = 10, 5


def cpu(*pids: int) -> float:
    """Seconds of CPU that these processes have taken, as /proc/<pid>/stat has them."""
    return sum(sum(psutil.Process(pid).cpu_times()[:2]) for pid in pids)


def backend_pid() -> int:
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def per_event(work: Callable[[int], object], mailboxes: list[int], backend: int) -> tuple[float, float]:
    me = psutil.Process().pid
    w0, b0 = cpu(me), cpu(backend)
    for mailbox in mailboxes:
        work(mailbox)
    return tuple(1e6 * s / EVENTS / len(mailboxes) for s in (cpu(me) - w0, cpu(backend) - b0))


def sync(mailbox: int) -> None:
    result = sync_connection(mailbox)
    assert result.status is Status.DONE, result


def main() -> int:
    with throw_away_database(), serving(events=EVENTS) as served:
        reach(served)
        account = make_account()
        floor = Floor(database.get_connection_params() | {}, served.graph_url, served.ca_bundle)
        warm = make_mailboxes(account, 2)
        for m in warm:
            sync(m)
            floor.first_sync(m)
        ours_b = backend_pid()
        for run in range(RUNS):
            boxes = make_mailboxes(account, MAILBOXES)
            f = per_event(floor.first_sync, boxes, floor.backend_pid)
            o = per_event(sync, boxes, ours_b)
            Stream.objects.update(delta_link="")
            fk = per_event(floor.compare_keys, boxes, floor.backend_pid)
            ok = per_event(sync, boxes, ours_b)
            print(
                f"first floor {f[0]:.1f}+{f[1]:.1f} ours {o[0]:.1f}+{o[1]:.1f} ratio {sum(o) / sum(f):.2f} | again floor {fk[0]:.1f}+{fk[1]:.1f} ours {ok[0]:.1f}+{ok[1]:.1f} ratio {sum(ok) / sum(fk):.2f}"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
