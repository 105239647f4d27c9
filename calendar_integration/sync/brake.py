"""Stopping a chunk where going on is of no use: an account's mailboxes fail one after the other, or time is up."""

import threading
import time
from collections import defaultdict
from datetime import timedelta

from calendar_integration import clock
from calendar_integration.sync.circuit import ALL_WELL, Circuit, advance
from calendar_integration.sync.circuits import seen_of
from calendar_integration.sync.reading import Outcome


class Brake:
    """What the threads of one chunk tell each other. It is the circuit of each account, in this chunk alone."""

    def __init__(self, begun_within: timedelta) -> None:
        self._until = time.monotonic() + begun_within.total_seconds()
        self._circuits: dict[int, Circuit] = defaultdict(lambda: ALL_WELL)
        self._lock = threading.Lock()

    @property
    def is_late(self) -> bool:
        """Whether no more mailboxes are to be begun at all."""
        return time.monotonic() > self._until

    def stops(self, account_id: int) -> bool:
        """Whether no more of this account's mailboxes are to be begun."""
        return self.is_late or self._circuits[account_id].is_open

    def note(self, outcome: Outcome) -> None:
        """What came of one of them."""
        account_id = outcome.connection.account_id
        with self._lock:
            self._circuits[account_id] = advance(self._circuits[account_id], seen_of([outcome]), clock.now())

    def pull(self) -> None:
        """Begin nothing more."""
        self._until = 0
