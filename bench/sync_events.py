"""What rounds that bring rows cost beside the least they could: see bench.sync_floor.

CPU is that of this process and of its PostgreSQL backend. Both ways read the same pages of the same server, one after
the other, within one run.
"""

import gc
import statistics
import sys
from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from bench.graph_pages import Served, serving
from bench.ground import throw_away_database
from bench.sync_floor import Floor
from bench.sync_libraries import ews, o365
from bench.sync_mailboxes import make_account, make_mailboxes, reach
from bench.sync_measuring import Cpu, backend_pid, cpu_of, memory_growth, versions
from calendar_integration.models import Stream
from calendar_integration.sync.chunks import sync_chunk
from calendar_integration.sync.engine import Status

EVENTS = 1000
MAILBOXES, RUNS = 12, 5
AT_MOST = {"first": 1.5, "again": 2.0, "statements": 20, "megabytes": 15.0}

Run = dict[str, Cpu]


def main() -> int:
    """Print the figures; answers 1 where one is above its target."""
    settings.SYNC_THREADS = 1  # one backend of PostgreSQL, whose CPU is read
    with throw_away_database():
        with serving(events=10) as served:
            reach(served)
            sync_all(make_mailboxes(make_account("warm"), 1))  # what is loaded at first use is nobody's cost
        with serving(events=EVENTS) as served:
            reach(served)
            alone = make_mailboxes(make_account("alone"), 1)
            megabytes = memory_growth(partial(sync_all, alone))
            statements = count_statements(make_mailboxes(make_account("counted"), 1))
            runs, written = measure(served)
            with o365(served, EVENTS) as fetch:
                others = {"O365's objects, nothing written": per_event(fetch)}
    with ews(EVENTS - 200) as fetch:  # Exchange finds no more than a thousand at once
        others["exchangelib's objects, nothing written"] = per_event(fetch)
    good = say_runs(runs)
    say_others(others, statistics.median(run["first"].total for run in runs) / EVENTS / MAILBOXES * 1e6)
    return int(not all([good, say_rest(statements, megabytes, written)]))


def measure(served: Served) -> tuple[list[Run], int]:
    """The CPU of every way, run by run, and how many mailboxes had a row written that was held as it was."""
    floor = Floor(database.get_connection_params(), served.graph_url, served.ca_bundle)
    account, ours, written = make_account(), backend_pid(), 0
    floor.first_sync(0)
    gc.collect()
    gc.freeze()  # Django's own objects, which neither way made, are looked through for neither
    runs = []
    for _ in range(RUNS):
        mailboxes = make_mailboxes(account, MAILBOXES)
        run = {
            "floor": cpu_of(each(floor.first_sync, mailboxes), floor.backend_pid),
            "first": cpu_of(partial(sync_all, mailboxes), ours),
            "floor again": cpu_of(each(floor.compare_keys, mailboxes), floor.backend_pid),
        }
        Stream.objects.filter(connection__in=mailboxes).update(delta_link="")
        held = [versions(mailbox) for mailbox in mailboxes]
        run["again"] = cpu_of(partial(sync_all, mailboxes), ours)
        written += sum(versions(mailbox) != before for mailbox, before in zip(mailboxes, held, strict=True))
        runs.append(run)
    return runs, written


def each(work: Callable[[int], object], mailboxes: list[int]) -> Callable[[], object]:
    """The work for one mailbox after the other."""
    return lambda: [work(mailbox) for mailbox in mailboxes]


def sync_all(mailboxes: list[int]) -> None:
    """As a worker does it with what it was sent; each must work, or the time is of nothing."""
    counted = sync_chunk(mailboxes)
    if counted != {Status.DONE: len(mailboxes)}:
        raise RuntimeError(f"the mailboxes ended {dict(counted)}")


def count_statements(mailboxes: list[int]) -> int:
    """The statements of a first sync, those that begin and end transactions among them."""
    with CaptureQueriesContext(database) as captured:
        sync_all(mailboxes)
    return len(captured)


def say_runs(runs: list[Run]) -> bool:
    """The table of CPU; answers whether both targets are met."""
    say(f"{'1,000 events of 4 kB, CPU an event':<44}{'worker':>10}{'PostgreSQL':>13}{'events/s':>11}{'ratio':>8}")
    floor, again = (partial(say_way, runs, name) for name in ("floor", "floor again"))
    floor("requests, orjson, bare COPY")
    first = say_way(runs, "first", "first sync", "floor")
    again("requests, orjson, one SELECT of keys")
    return all([first, say_way(runs, "again", "the same rows once more", "floor again")])


def say_way(runs: list[Run], name: str, label: str, floor: str = "") -> bool:
    """One line: medians over the runs, and the ratio to its floor with the least and the most of the runs."""
    events = EVENTS * MAILBOXES / 1e6
    worker, backend, total = (
        statistics.median(getattr(run[name], part) for run in runs) / events for part in ("worker", "backend", "total")
    )
    line = f"{label:<44}{worker:>7.1f} µs{backend:>10.1f} µs{1e6 / total:>11,.0f}"
    if not floor:
        say(line)
        return True
    ratios = sorted(run[name].total / run[floor].total for run in runs)
    ratio = statistics.median(ratios)
    say(f"{line}{ratio:>8.2f}    (at most {AT_MOST[name]:.1f}; the runs: {ratios[0]:.2f} to {ratios[-1]:.2f})")
    return ratio <= AT_MOST[name]


def per_event(fetch: Callable[[], int]) -> float:
    """Microseconds of this process's CPU for each of the meetings that a library fetches."""
    fetch()  # what is loaded at first use is not counted
    found: list[int] = []
    seconds = cpu_of(lambda: found.append(fetch()), backend_pid()).worker
    return 1e6 * seconds / found[0]


def say_others(others: dict[str, float], ours: float) -> None:
    """What other libraries take, and how many times our first sync that is."""
    for label, microseconds in others.items():
        say(f"{label:<44}{microseconds:>7.1f} µs{'':>24}{microseconds / ours:>8.1f}    (times our first sync)")


def say_rest(statements: int, megabytes: float, written: int) -> bool:
    """Statements, memory and rows; answers whether all are within their bounds."""
    say(f"{'mailboxes with a row written once more':<44}{written:>7}       (at most 0, of {RUNS * MAILBOXES})")
    say(f"{'database statements of a first sync':<44}{statements:>7}       (at most {AT_MOST['statements']:.0f})")
    say(f"{'memory at its peak, more than before':<44}{megabytes:>7.1f} MB    (at most {AT_MOST['megabytes']:.0f} MB)")
    return written == 0 and statements <= AT_MOST["statements"] and megabytes <= AT_MOST["megabytes"]


def say(line: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
