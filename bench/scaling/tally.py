"""What was done, hour by hour of Monday, and how long people waited to see a change. In real mailboxes' numbers."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bench.scaling.world import ENDS, MONDAY

RUSH = 300  # seconds; shorter, and a single simulated mailbox, which is many at once, would show


@dataclass
class Tally:
    """Counts by hour of Monday: syncs, polls, items, requests, refreshes, notifications and the like."""

    weight: float
    hours: dict[str, Counter[int]] = field(default_factory=dict)
    rushes: Counter[int] = field(default_factory=Counter)  # Graph's requests by five minutes
    waits: list[float] = field(default_factory=list)  # seconds from a change to its row
    longest_wait: dict[int, float] = field(default_factory=dict)  # seconds between two syncs of a mailbox, by company

    def count(self, what: str, at: datetime, number: float = 1) -> None:
        """So many of the simulated did this."""
        if MONDAY <= at < ENDS:
            self.hours.setdefault(what, Counter())[int((at - MONDAY) / timedelta(hours=1))] += number * self.weight  # type: ignore[assignment] # a Counter adds fractions too

    def request(self, at: datetime, number: float) -> None:
        """So many requests to Graph."""
        self.count("requests", at, number)
        if MONDAY <= at < ENDS:
            self.rushes[int((at - MONDAY).total_seconds()) // RUSH] += number * self.weight  # type: ignore[assignment] # the same

    def shown(self, found: list[datetime], now: datetime) -> None:
        """Changes are in the database now."""
        self.waits += [(now - at).total_seconds() for at in found if at >= MONDAY]

    def apart(self, company: int, waited: timedelta) -> None:
        """A mailbox was read, so long after the last time."""
        self.longest_wait[company] = max(self.longest_wait.get(company, 0), waited.total_seconds())

    def a_day(self, what: str) -> float:
        """How many on Monday."""
        return float(sum(self.hours.get(what, Counter()).values()))

    def busiest(self, what: str) -> float:
        """How many a second in its busiest hour."""
        return max(self.hours.get(what, Counter({0: 0})).values()) / 3600

    def rush(self) -> float:
        """Requests a second to Graph in the busiest five minutes."""
        return float(max(self.rushes.values(), default=0)) / RUSH

    def wait(self, share: float) -> float:
        """Within how many seconds this share of changes was seen."""
        ranked = sorted(self.waits)
        return ranked[min(len(ranked) - 1, int(share * len(ranked)))] if ranked else 0.0

    def longest(self) -> float:
        """The longest time, in seconds, between two syncs of any mailbox."""
        return max(self.longest_wait.values(), default=0.0)
