"""CPU, statements, memory and written rows of a piece of work, as the operating system and PostgreSQL count them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
from django.db import connection as database

from calendar_integration.models import Meeting

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Cpu:
    """Seconds of CPU: of this process, and of the PostgreSQL backend that serves it."""

    worker: float
    backend: float

    @property
    def total(self) -> float:
        """Both."""
        return self.worker + self.backend


def cpu_of(work: Callable[[], object], backend_pid: int) -> Cpu:
    """What the work takes; from /proc/<pid>/stat, which counts in hundredths of a second: let it take many."""
    before = _seconds(psutil.Process().pid), _seconds(backend_pid)
    work()
    after = _seconds(psutil.Process().pid), _seconds(backend_pid)
    return Cpu(after[0] - before[0], after[1] - before[1])


def _seconds(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def backend_pid() -> int:
    """The process of PostgreSQL behind Django's connection."""
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def memory_growth(work: Callable[[], object]) -> float:
    """By how many megabytes this process is larger at the work's peak than before it."""
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here on
    before = psutil.Process().memory_info().rss
    work()
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
    return (int(peak.split()[1]) * 1024 - before) / MEGABYTE


def versions(connection_id: int) -> str:
    """Another text as soon as one of the mailbox's rows was written again, even with the same values."""
    with database.cursor() as cursor:
        cursor.execute(
            f"SELECT md5(string_agg(ctid::text || xmin::text, ',' ORDER BY id)) FROM {Meeting._meta.db_table}"  # noqa: S608 - our own table
            " WHERE connection_id = %s",
            [connection_id],
        )
        return str(cursor.fetchone()[0])
