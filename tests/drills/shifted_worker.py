"""Celery with a clock that is off: python -m tests.drills.shifted_worker SECONDS, and then what celery takes.

Everything in the process that asks what time it is, whatever thread or child of it, is told the wrong one; how long
something takes is measured as ever. The kernel, PostgreSQL and TLS keep the right one.
"""

import sys
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import time_machine
from celery.__main__ import main as celery
from celery.signals import worker_process_init
from django.utils import timezone

SAID = "The clocks of this process are off by {:+d} minutes.\n"


def main() -> None:
    """Run celery as if it were so many seconds later, or earlier."""
    off = timedelta(seconds=float(sys.argv.pop(1)))
    worker_process_init.connect(say_how_far_off)
    with time_machine.travel(datetime.now(UTC) + off, tick=True):
        celery()


def say_how_far_off(**_signal: Any) -> None:
    """A thread of a process in which mailboxes are read measures its clocks, for whoever reads the log."""
    thread = threading.Thread(target=_say)
    thread.start()
    thread.join()


def _say() -> None:
    now = time.time()
    assert abs(timezone.now().timestamp() - now) < 1
    assert abs(datetime.now(UTC).timestamp() - now) < 1
    sys.stderr.write(SAID.format(round((now - _right_time()) / 60)))


def _right_time() -> float:
    """What the kernel writes on a new file."""
    with tempfile.NamedTemporaryFile() as file:
        return Path(file.name).stat().st_mtime


if __name__ == "__main__":
    main()
