"""The costs that bench.scaling.costs keeps, measured on this machine: copy what it prints there, with the date."""

import os
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import psutil
from django.conf import settings
from django.db import connection as database
from django.utils import timezone

from bench.due_mailboxes import CONNECTIONS, PEOPLE, make_due
from bench.due_mailboxes import make_mailboxes as make_read_mailboxes
from bench.graph_pages import serving
from bench.ground import throw_away_database
from bench.scaling.identity import refresh_cpu
from bench.scaling.notified import notification_cpu
from bench.sync_mailboxes import make_account, make_mailboxes, reach
from bench.worker import SetUp, running, wait_for
from calendar_integration import queueing
from calendar_integration.models import Connection, Contact, Meeting, Stream
from calendar_integration.sync import schedule
from calendar_integration.sync.chunks import sync_chunk
from calendar_integration.sync.engine import Status
from portal import embedded
from portal.local_ground import redis_server

EVENTS, CONTACTS, MAILBOXES, CHUNK = 400, 100, 50, 50
CROWD_ACCOUNTS, CROWD_PEOPLE = 100, 2000
RUNS, TASKS = 3, 300


def main() -> None:
    """Print the costs, one a line."""
    settings.SYNC_THREADS = 1  # one backend of PostgreSQL, whose CPU is read
    with throw_away_database(), redis_server(embedded.BASE_DIR / os.environ["ATRIUM_VAR"]):
        wait_for(queueing.queue_answers, "Redis")
        rounds()
        polls()
        queue()
        say("refresh_cpu", refresh_cpu(RUNS * 10), "ms of CPU")
        web, backend = notification_cpu(RUNS * 200)
        say("notification_web", web, "ms of CPU")
        say("notification_postgres", backend, "ms of CPU")
        claims()


def rounds() -> None:
    """Whole rounds: the first, and the same rows once more; and what their rows take on disk."""
    with serving(events=EVENTS, contacts=CONTACTS) as served:
        reach(served)
        mailboxes = make_mailboxes(make_account(), MAILBOXES, contacts="read")
        items = MAILBOXES * (EVENTS + CONTACTS)
        say_cost("first", spent(partial(sync_all, mailboxes)), items, "an item")
        Stream.objects.update(delta_link="")
        say_cost("again", spent(partial(sync_all, mailboxes)), items, "an item")
        say("meeting_bytes", size_of(Meeting) / Meeting.objects.count(), "bytes a row, indexes included")
        say("contact_bytes", size_of(Contact) / Contact.objects.count(), "bytes a row, indexes included")


def polls() -> None:
    """Polls that find nothing new, by the chunk; and what a mailbox takes on disk before it has a row."""
    with serving(events=10) as served:
        reach(served)
        account = make_read_mailboxes("polled", 10 * CHUNK, served.graph_url)
        ids = list(account.connections.values_list("pk", flat=True))
        chunks = [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]
        make_due()
        sync_all(chunks[0])
        runs = [spent(partial(sync_each, chunks)) for _ in range(RUNS)]
        say_cost("poll", sorted(runs)[RUNS // 2], len(ids) * 2, "a stream")
        say("mailbox_bytes", (size_of(Connection) + size_of(Stream)) / Connection.objects.count(), "bytes")


def queue() -> None:
    """Redis's commands for a task, from the sending to the acknowledgement; the task itself does nothing."""
    with running(SetUp("solo", 1, 1), settings.MS_GRAPH_URL):
        send_and_wait(1)
        before = commands()
        send_and_wait(TASKS)
        say("redis_a_task", (commands() - before) / TASKS, "commands")


def send_and_wait(number: int) -> None:
    """Have a worker do so many, of a mailbox that is not there."""
    for _ in range(number):
        queueing.send_forgetting([0])
    with queueing.redis_client() as client:
        # `unacked` holds what the worker has, "celery" what it has yet to take.
        wait_for(lambda: not client.exists("celery", "unacked"), "the tasks")


def commands() -> int:
    """How many Redis has processed, but for our own looking."""
    with queueing.redis_client() as client:
        stats = client.info("commandstats")
    return sum(row["calls"] for name, row in stats.items() if name not in {"cmdstat_exists", "cmdstat_info"})


def claims() -> None:
    """A run of the dispatcher among a crowd, of whom a twentieth is due."""
    for number in range(CROWD_ACCOUNTS):
        account = make_account(f"many{number}of")
        with database.cursor() as cursor:
            whose: dict[str, Any] = {"account": account.pk, "vanity": account.vanity, "people": CROWD_PEOPLE}
            for statement in (PEOPLE, CONNECTIONS):
                cursor.execute(statement, {**whose, "tokens": "", "contacts": "read"})
    count = Connection.objects.count()
    for share in (20, 1):
        now = timezone.now()
        Connection.objects.update(next_attempt_at=now + timedelta(hours=1), claimed_until=None)
        due = [pk for pk in Connection.objects.values_list("pk", flat=True) if pk % share == 0]
        Connection.objects.filter(pk__in=due).update(next_attempt_at=now - timedelta(seconds=1))
        with database.cursor() as cursor:
            cursor.execute(f"VACUUM ANALYZE {Connection._meta.db_table}")
        seconds = elapsed(schedule.claim_due)
        claimed = Connection.objects.filter(claimed_until__isnull=False).count()
        say(f"claim_{len(due)}_due", seconds / claimed * 1e6, f"µs a mailbox, {claimed} claimed of {count}")


Spent = tuple[float, float, int, int]


def spent(work: Callable[[], object]) -> Spent:
    """CPU seconds of this process and of its backend, bytes of write-ahead log, and statements."""
    backend = psutil.Process(_number("SELECT pg_backend_pid()"))
    log, own, theirs = _number("SELECT pg_current_wal_lsn() - '0/0'"), time.process_time(), backend.cpu_times()
    statements = 0

    def count(execute: Callable[..., object], *arguments: object) -> object:
        nonlocal statements
        statements += 1
        return execute(*arguments)

    with database.execute_wrapper(count):
        work()
    after = backend.cpu_times()
    own = time.process_time() - own
    written = _number("SELECT pg_current_wal_lsn() - '0/0'") - log
    return own, sum(after[:2]) - sum(theirs[:2]), written, statements


def sync_all(mailboxes: list[int]) -> None:
    """As a worker does it; each must work, or the cost is of nothing."""
    counted = sync_chunk(mailboxes)
    if counted != {Status.DONE: len(mailboxes)}:
        raise RuntimeError(f"the mailboxes ended {dict(counted)}")


def sync_each(chunks: list[list[int]]) -> None:
    """One chunk after the other."""
    for chunk in chunks:
        sync_all(chunk)


def size_of(model: type[Connection | Contact | Meeting | Stream]) -> int:
    """Bytes of a table with its indexes and what is stored beside it."""
    with database.cursor() as cursor:
        cursor.execute(f"VACUUM {model._meta.db_table}")
        cursor.execute("SELECT pg_total_relation_size(%s)", [model._meta.db_table])
        return int(cursor.fetchone()[0])


def elapsed(work: Callable[[], object]) -> float:
    """Seconds that it takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def say_cost(name: str, cost: Spent, number: int, unit: str) -> None:
    """The parts of a cost, each for one."""
    own, backend, written, statements = cost
    say(f"{name}_worker", own / number * 1e6, f"µs of CPU {unit}")
    say(f"{name}_postgres", backend / number * 1e6, f"µs of CPU {unit}")
    say(f"{name}_log", written / number, f"bytes of write-ahead log {unit}")
    say(f"{name}_statements", statements / number * 1000, f"statements for 1,000, {unit}")


def say(name: str, value: float, unit: str) -> None:
    """A line."""
    print(f"{name:<24}{value:>12,.1f}  {unit}", flush=True)  # noqa: T201 - a script


def _number(statement: str) -> int:
    with database.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])


if __name__ == "__main__":
    main()
