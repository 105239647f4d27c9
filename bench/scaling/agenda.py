"""What happens when: in ticks of five seconds, from Sunday noon on."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime

from bench.scaling.world import BEGINS, TICK

Event = Callable[[datetime], None]


class Agenda:
    """Events by tick; what is put down while its tick runs still happens in it."""

    def __init__(self) -> None:
        self._events: dict[int, list[Event]] = defaultdict(list)
        self._next = 0  # the tick that can still be added to

    def at(self, when: datetime, event: Event) -> None:
        """Have it happen at the first tick that is not before this."""
        tick = -int((BEGINS - when) // TICK)
        self._events[max(tick, self._next)].append(event)

    def ticks(self, ends: datetime) -> Iterator[datetime]:
        """Every tick until the end, after its events."""
        for tick in range(int((ends - BEGINS) / TICK)):
            now = BEGINS + tick * TICK
            for event in self._events[tick]:  # some make others happen in the same tick
                event(now)
            del self._events[tick]
            self._next = tick + 1
            yield now
