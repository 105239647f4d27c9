"""The snapshot: one file that holds the state between runs."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

import orjson

from sandbox.files import write_private
from sandbox.tenant.bulk import plain
from sandbox.world import State

log = logging.getLogger("sandbox.store")

_DELAY = 0.25


def load_state(data_dir: Path) -> State | None:
    """The state of the last run, if there was one that can be read."""
    path = data_dir / "state.json"
    if not path.exists():
        return None
    try:
        return State.load(orjson.loads(path.read_bytes()))
    except (KeyError, TypeError, ValueError) as error:
        aside = path.replace(path.with_name("state.unreadable.json"))
        log.warning("%s does not fit this version (%r): kept as %s, starting from the seed", path, error, aside)
        return None


def save_state(data_dir: Path, state: State) -> None:
    """Writes the snapshot, atomically and for its owner only."""
    write_private(data_dir / "state.json", orjson.dumps(state, default=plain))


class Debounced:
    """Calls `action` once, a moment after the last of a burst of changes began."""

    def __init__(self, action: Callable[[], None]) -> None:
        self._action = action
        self._due: asyncio.TimerHandle | None = None

    def __call__(self) -> None:
        """Something changed; runs inside the event loop."""
        if self._due is None:
            self._due = asyncio.get_running_loop().call_later(_DELAY, self.flush)

    def flush(self) -> None:
        """Acts now."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        self._action()
