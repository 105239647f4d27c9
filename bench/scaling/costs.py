"""What things cost. Measured figures have their date; `python -m bench.scaling.measure` prints them anew.

Microsoft's limits: https://learn.microsoft.com/graph/throttling-limits
"""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Cost:
    """Of one item or one poll: seconds of CPU of the worker and of PostgreSQL, bytes of log, statements."""

    worker: float
    postgres: float
    log: float
    statements: float

    @property
    def parts(self) -> tuple[float, float, float, float]:
        """In this order."""
        return self.worker, self.postgres, self.log, self.statements


@dataclass(frozen=True)
class Costs:
    """Measured on 2026-11-28 by bench.scaling.measure, on two cores of an AMD EPYC that one other wanted at times."""

    poll: Cost = Cost(329e-6, 70e-6, 1430, 0.030)  # of one stream, in chunks of 50 mailboxes
    first: Cost = Cost(40.1e-6, 16.4e-6, 991, 0.012)  # of an item that is written
    again: Cost = Cost(32.5e-6, 4.0e-6, 10, 0.008)  # of an item that is held as it is
    refresh: float = 3.1e-3  # of a token, with MSAL's discovery
    refresh_postgres: float = 0.2e-3  # assumed: one UPDATE
    notification_web: float = 3.1e-3
    notification_postgres: float = 1.0e-3
    claim_each: float = 33e-6  # of PostgreSQL, for each mailbox that the dispatcher claims
    redis_task: float = 14.1  # commands
    redis_notification: float = 4  # assumed: a connection of its own, and the nudge
    meeting_bytes: float = 963  # with its indexes
    contact_bytes: float = 536
    mailbox_bytes: float = 13_763  # a connection with its tokens, and streams with their links


@dataclass(frozen=True)
class Load:
    """What is assumed of mailboxes and of the way to Microsoft. Change it to what you have."""

    items: int = 400  # meetings in the window, occurrences among them
    contacts: int = 100
    page: int = 200
    latency: timedelta = timedelta(milliseconds=150)
    threads: int = 50  # SYNC_THREADS
    databases: int = 9  # connections of a worker process
    further: float = 0.3  # requests for masters and instances, for each change that was found
    notifications: float = 2  # Outlook sends more than one for most changes
    pages_a_day: float = 10  # of the portal, by person
    page_cpu: float = 15e-3  # of a web process, for a page
    page_postgres: float = 3e-3


@dataclass(frozen=True)
class Limits:
    """Microsoft's, and what one machine does well."""

    graph_app: float = 130_000  # Microsoft's: requests in ten seconds, of an app, all tenants together
    mailbox: float = 10_000  # Microsoft's: requests in ten minutes, of an app, to one mailbox
    busy: float = 0.6  # of a core, beyond which waiting grows
    postgres_cores: float = 32
    postgres_connections: float = 400  # beyond which a pooler is the better way
    log: float = 100e6  # bytes a second to one disk
    table: float = 500e9  # bytes, above which vacuum and backups of one table take hours
    redis: float = 50_000  # commands a second of one Redis
