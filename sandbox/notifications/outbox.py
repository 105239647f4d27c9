"""The outbox: notifications that wait, are gathered for one POST, delivered, and tried again if they were not taken.

https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
"""

import asyncio
from collections import Counter, deque
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson

from sandbox.notifications.sender import Reply, Sender
from sandbox.tenant.mailbox import Json

_GATHERED_FOR = 0.05
_MOST_AT_ONCE = 100
_ANSWER_WITHIN = 3
# Graph tries for four hours; a sandbox has not that long.
_PAUSES = (0, 0.5, 1, 2, 4)
_AT_A_TIME = 16
_KEPT = 2000


@dataclass(frozen=True)
class Delivery:
    """One POST: `at` is UTC in ISO 8601, `status` is None where no answer came in time."""

    at: str
    url: str
    subscriptions: list[str]
    attempt: int
    status: int | None


class Outbox:
    """Everything happens on the event loop, but for the POSTs themselves."""

    def __init__(self) -> None:
        self.sender = Sender()
        self.log: deque[Delivery] = deque(maxlen=_KEPT)
        self.told: Counter[str] = Counter()
        self._waiting: dict[str, list[Json]] = {}
        self._held: dict[str, tuple[Json, asyncio.TimerHandle]] = {}
        self._due: asyncio.TimerHandle | None = None
        self._turns = asyncio.Semaphore(_AT_A_TIME)
        self._underway: set[asyncio.Task[None]] = set()

    @property
    def pending(self) -> int:
        """How many POSTs are waiting or under way."""
        return len(self._waiting) + len(self._held) + len(self._underway)

    def put(self, url: str, row: Json, gathered_for: float | None = None) -> None:
        """Leaves a notification for the next POST to this address, some seconds from the first that waits."""
        self._waiting.setdefault(url, []).append(row)
        if self._due is None:
            wait = _GATHERED_FOR if gathered_for is None else gathered_for
            self._due = asyncio.get_running_loop().call_later(wait, self._flush)

    def put_after_the_next(self, url: str, row: Json, patience: float) -> None:
        """Holds a notification back until another to this address has been taken, or patience (seconds) is over."""
        if url in self._held:
            earlier, timer = self._held.pop(url)
            timer.cancel()
            self.send(url, [row], [earlier])
        else:
            self._held[url] = row, asyncio.get_running_loop().call_later(patience, self._release, url)

    def _release(self, url: str) -> None:
        row, _timer = self._held.pop(url)
        self.send(url, [row])

    def send(self, url: str, *posts: list[Json]) -> None:
        """Posts these, now: each list together, one after the other."""
        task = asyncio.get_running_loop().create_task(self._deliver(url, *posts))
        self._underway.add(task)
        task.add_done_callback(self._underway.discard)

    def clear(self) -> None:
        """Forgets all of them."""
        for timer in (self._due, *(held for _row, held in self._held.values())):
            if timer is not None:
                timer.cancel()
        for task in self._underway:
            task.cancel()
        self._due, self._waiting, self._held = None, {}, {}
        self.log.clear()
        self.told.clear()

    def _flush(self) -> None:
        waiting, self._waiting, self._due = self._waiting, {}, None
        for url, rows in waiting.items():
            for first in range(0, len(rows), _MOST_AT_ONCE):
                self.send(url, rows[first : first + _MOST_AT_ONCE])

    async def _deliver(self, url: str, *posts: list[Json]) -> None:
        for rows in posts:
            await self._try(url, rows)

    async def _try(self, url: str, rows: list[Json]) -> None:
        body = orjson.dumps({"value": rows})
        for attempt, pause in enumerate(_PAUSES, 1):
            await asyncio.sleep(pause)
            async with self._turns:
                reply = await self.sender.post(url, body, "application/json; charset=utf-8", _ANSWER_WITHIN)
            self._note(url, rows, attempt, reply)
            if reply and reply.good:
                return

    def _note(self, url: str, rows: list[Json], attempt: int, reply: Reply | None) -> None:
        ids = [row["subscriptionId"] for row in rows]
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        self.log.append(Delivery(now, url, ids, attempt, reply.status if reply else None))
        if reply and reply.good:
            self.told.update(ids)
