"""This process's threads that wait for mailboxes: many, each with a kept-alive session, and few with a database.

Made when they are first needed, so that Celery's processes, which are forked before, have their own.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from queue import LifoQueue
from typing import TYPE_CHECKING, TypeVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

AnswerT = TypeVar("AnswerT")

MOST_DATABASES = 8  # connections to PostgreSQL, beside the one of the thread that hands out the work

_lock = threading.Lock()
_here = threading.local()


class Threads:
    """The threads, and the database connections that they share."""

    def __init__(self) -> None:
        self.databases: LifoQueue[BaseDatabaseWrapper] = LifoQueue()
        for _ in range(min(MOST_DATABASES, settings.SYNC_THREADS)):
            database = connections.create_connection(DEFAULT_DB_ALIAS)
            database.inc_thread_sharing()
            self.databases.put(database)
        self.pool = ThreadPoolExecutor(settings.SYNC_THREADS, thread_name_prefix="sync", initializer=self._begin)

    def _begin(self) -> None:
        _here.threads = self

    def stop(self) -> None:
        """Wait for them to end, and close what they had open."""
        self.pool.shutdown()
        while not self.databases.empty():
            self.databases.get().close()


_threads: Threads | None = None


def submit(work: Callable[[], AnswerT]) -> "Future[AnswerT]":
    """Have it done by one of the threads."""
    global _threads
    with _lock:
        _threads = _threads or Threads()
        return _threads.pool.submit(work)


def stop() -> None:
    """Wait for the threads to end; the next work has new ones."""
    global _threads
    with _lock:
        threads, _threads = _threads, None
    if threads is not None:
        threads.stop()


@contextmanager
def database() -> Iterator[None]:
    """A database connection for the block, waited for; in any other thread than these it is the thread's own."""
    threads: Threads | None = getattr(_here, "threads", None)
    if threads is None:
        yield
        return
    own, lent = connections[DEFAULT_DB_ALIAS], threads.databases.get()
    connections[DEFAULT_DB_ALIAS] = lent
    try:
        lent.close_if_unusable_or_obsolete()
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = own
        threads.databases.put(lent)
