"""This process's threads that wait for mailboxes, each with a session that is kept alive and a database connection.

Made when they are first needed, so that Celery's processes, which are forked before, have their own.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from django.conf import settings
from django.db import close_old_connections

AnswerT = TypeVar("AnswerT")

_lock = threading.Lock()
_pool: ThreadPoolExecutor | None = None


def submit(work: Callable[[], AnswerT]) -> "Future[AnswerT]":
    """Have it done by one of the threads."""
    return _threads().submit(_tidily, work)


def stop() -> None:
    """Wait for the threads to end; the next work has new ones."""
    global _pool
    with _lock:
        pool, _pool = _pool, None
    if pool is not None:
        pool.shutdown()


def _threads() -> ThreadPoolExecutor:
    global _pool
    with _lock:
        if _pool is None:
            _pool = ThreadPoolExecutor(settings.SYNC_THREADS, thread_name_prefix="sync")
        return _pool


def _tidily(work: Callable[[], AnswerT]) -> AnswerT:
    """Django gives each thread a connection and closes it only when it is told to."""
    try:
        return work()
    finally:
        close_old_connections()
