"""The last calls to Graph, to Exchange and the token endpoint, for tests and the control page."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

_KEPT = 2000


@dataclass(frozen=True)
class Call:
    """`kind` is "graph", "ews" or "token"; `at` is UTC in ISO 8601; the path is kept without its query.

    `operation` is that of a call to Exchange, whose path says nothing.
    """

    at: str
    method: str
    path: str
    kind: str
    upn: str | None
    status: int
    operation: str = ""


class RequestLog:
    """Oldest first; only the last ones are kept."""

    def __init__(self) -> None:
        self._calls: deque[Call] = deque(maxlen=_KEPT)

    def __iter__(self) -> Iterator[Call]:
        return iter(self._calls)

    def add(self, call: Call) -> None:
        """Remembers a call."""
        self._calls.append(call)

    def clear(self) -> None:
        """Forgets all calls."""
        self._calls.clear()
