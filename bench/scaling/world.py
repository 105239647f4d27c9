"""What is simulated: companies, their people, and what happens in their calendars. Everything is drawn by a seed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

# A Sunday at noon, so that Monday, which is counted, begins as any day does: polls spread, notifications trusted.
BEGINS = datetime(2026, 11, 22, 12, tzinfo=UTC)
MONDAY = BEGINS + timedelta(hours=12)
ENDS = MONDAY + timedelta(days=1)
TICK = timedelta(seconds=5)  # as the dispatcher runs

# Of the changes of a day, by the hour: everybody works in one time zone, which is the worst case.
BY_HOUR = (1, 1, 1, 1, 1, 2, 4, 10, 20, 26, 22, 18, 12, 16, 20, 18, 14, 10, 5, 3, 2, 2, 1, 1)
SUNDAY, MONDAY_FACTOR = 0.1, 1.5

# The greatest company has a fifth of everybody; the last entry is a crowd of small ones.
COMPANIES = (0.20, 0.10, 0.10, 0.05, 0.05, 0.05, 0.05) + (0.02,) * 20


@dataclass(frozen=True)
class Scenario:
    """How many mailboxes, what people do, and how Atrium is set up. Assumptions are marked; the rest is settings."""

    mailboxes: int
    processes: int  # of workers, a core each
    simulated: int = 1000  # each stands for mailboxes / simulated
    changes: float = 8  # assumed: of events, by person and working day
    contact_changes: float = 0.2  # assumed
    lost: float = 0.002  # assumed: notifications that never arrive
    notified: bool = True
    spread: bool = True  # windows move on at a time of each mailbox's own, or all at midnight
    joining: float = 0.05  # assumed: of all mailboxes, a company that connects within an hour on Monday morning
    interval: timedelta = timedelta(minutes=5)
    longest: timedelta = timedelta(hours=1)
    under_way: int = 5000
    under_way_each: int = 1000
    tenant_limit: float | None = None  # Graph's requests a second to one company, where it has such a limit
    seed: int = 1

    @property
    def weight(self) -> float:
        """How many mailboxes a simulated one stands for."""
        return self.mailboxes / self.simulated


def companies(scenario: Scenario) -> Iterator[int]:
    """The company of each simulated mailbox, by number."""
    for number, share in enumerate(COMPANIES):
        yield from [number] * round(share * scenario.simulated)


def changes(draw: Random, begins: datetime, per_day: float) -> list[datetime]:
    """When something changes in a mailbox that is there from `begins` on, in order."""
    found, hour = [], begins
    total = sum(BY_HOUR)
    while hour < ENDS:
        factor = MONDAY_FACTOR if hour >= MONDAY else SUNDAY
        expected = per_day * factor * BY_HOUR[hour.hour] / total
        found += [hour + timedelta(seconds=draw.uniform(0, 3600)) for _ in range(_count(draw, expected))]
        hour += timedelta(hours=1)
    return sorted(found)


def _count(draw: Random, expected: float) -> int:
    """So many arrivals in an hour, where so many are expected (Poisson, by waiting times)."""
    count, time = 0, draw.expovariate(1)
    while time < expected:
        count, time = count + 1, time + draw.expovariate(1)
    return count


def notified_after(scenario: Scenario, draw: Random) -> timedelta | None:
    """How long a notification takes, or None where it never comes. Outlook's take three minutes at the most.

    https://learn.microsoft.com/graph/change-notifications-overview#latency
    """
    if not scenario.notified or draw.random() < scenario.lost:
        return None
    return timedelta(seconds=draw.triangular(2, 180, 10))
