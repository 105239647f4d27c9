"""Graph asks for fewer requests of a company, and the company pauses: Atrium's own circuit, one for each."""

from collections import defaultdict, deque
from datetime import datetime, timedelta

from bench.scaling.world import Scenario
from calendar_integration.sync.circuit import ALL_WELL, Circuit, Seen, advance, is_probe_due, probing
from calendar_integration.sync.kinds import FailureKind

COUNTED = timedelta(minutes=1)  # over which a limit of requests a second is counted


class Gate:
    """A limit of Graph's for each tenant, where a scenario has one."""

    def __init__(self, scenario: Scenario) -> None:
        self._limit, self._weight = scenario.tenant_limit, scenario.weight
        self._asked: dict[int, deque[datetime]] = defaultdict(deque)  # when requests were made, by company

    def refuses(self, company: int, requests: float, now: datetime) -> bool:
        """Whether so many more in the last minute are too many; else they are counted."""
        if self._limit is None:
            return False
        asked = self._asked[company]
        while asked and now - asked[0] > COUNTED:
            asked.popleft()
        if len(asked) + requests > self._limit * COUNTED.total_seconds() / self._weight:
            return True
        asked.extend([now] * round(requests))
        return False


class Pauses:
    """What is known of each company."""

    def __init__(self) -> None:
        self._known: dict[int, Circuit] = defaultdict(lambda: ALL_WELL)
        self.opened = 0

    def note_failed(self, company: int, mailbox: int, wait: timedelta, now: datetime) -> None:
        """Graph has refused this mailbox for the moment."""
        seen = Seen({FailureKind.THROTTLED: frozenset({mailbox})}, wait=wait)
        before = self._known[company]
        self._known[company] = advance(before, seen, now)
        self.opened += self._known[company].is_open and not before.is_open

    def note_read(self, company: int, now: datetime) -> None:
        """One of its mailboxes was read."""
        if self._known[company] != ALL_WELL:
            self._known[company] = advance(self._known[company], Seen(has_succeeded=True), now)

    def lets_through(self, company: int, waiting: int, now: datetime) -> int:
        """How many of those waiting may be claimed: all, none, or the one that is tried."""
        known = self._known[company]
        if not known.is_open:
            return waiting
        return int(is_probe_due(known, now))

    def note_claimed(self, company: int, mailbox: int, now: datetime) -> None:
        """This one was claimed; where its company pauses, it is the one that is tried."""
        if self._known[company].is_open:
            self._known[company] = probing(self._known[company], mailbox, now)
