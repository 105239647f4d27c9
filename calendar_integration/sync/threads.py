"""This process's threads that wait for mailboxes, each with a session that is kept alive and a database connection.

Made when they are first needed, so that Celery's processes, which are forked before, have their own.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from django.conf import settings
from django.db import close_old_connections, connections

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

AnswerT = TypeVar("AnswerT")

_lock = threading.Lock()
_pool: ThreadPoolExecutor | None = None
_databases: "list[BaseDatabaseWrapper]" = []  # of the pool's threads


def submit(work: Callable[[], AnswerT]) -> "Future[AnswerT]":
    """Have it done by one of the threads."""
    return _threads().submit(_tidily, work)


def stop() -> None:
    """Wait for the threads to end, and close what they had open; the next work has new ones."""
    global _pool
    with _lock:
        pool, _pool = _pool, None
    if pool is None:
        return
    pool.shutdown()
    while _databases:
        database = _databases.pop()
        database.inc_thread_sharing()  # its own thread is gone
        database.close()


def _threads() -> ThreadPoolExecutor:
    global _pool
    with _lock:
        if _pool is None:
            _pool = ThreadPoolExecutor(settings.SYNC_THREADS, thread_name_prefix="sync", initializer=_remember)
        return _pool


def _remember() -> None:
    _databases.extend(connections.all())


def _tidily(work: Callable[[], AnswerT]) -> AnswerT:
    """Django gives each thread a connection and closes it only when it is told to."""
    try:
        return work()
    finally:
        close_old_connections()
