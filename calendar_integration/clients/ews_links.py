"""How far a mailbox was read by EWS, as the link that a stream keeps: pure.

EWS has no links. It has sync states, which say what has changed since in a folder, and views of a time span, which
do not remember anything. A link of ours names the next of the two to ask for, and begins in a way that no address
does, so that neither client ever takes the other's for its own.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from calendar_integration.errors import SyncStateLostError

SCHEME = "ews"
STAMP = "%Y%m%dT%H%M%SZ"


class Step(StrEnum):
    """What is asked for next."""

    SINCE = "since"  # what has changed since a state that was reached
    REST = "rest"  # the rest of such changes, whose first part is known
    VIEW = "view"  # the calendar's window from a moment on, now that something has changed


@dataclass(frozen=True, slots=True)
class Position:
    """Where reading goes on. `state` is the server's word; a view has its next moment and how many days it takes."""

    step: Step
    state: str
    moment: datetime | None = None
    days: int = 0

    @property
    def link(self) -> str:
        """The link that `position_of` reads."""
        if self.moment is None:
            return f"{SCHEME}:{self.step}:{self.state}"
        return f"{SCHEME}:{self.step}:{self.moment.astimezone(UTC).strftime(STAMP)}:{self.days}:{self.state}"


BEGINNING = Position(Step.REST, "")


def position_of(link: str) -> Position:
    """Where a link leads; the empty one to the beginning. Raises SyncStateLostError where it is none of ours."""
    if not link:
        return BEGINNING
    scheme, _, rest = link.partition(":")
    step, _, state = rest.partition(":")
    try:
        if scheme != SCHEME:
            raise ValueError("a link of another kind of mailbox")
        return _view(state) if step == Step.VIEW else Position(Step(step), state)
    except ValueError as error:
        raise SyncStateLostError("The link that was kept is none of an Exchange server's.") from error


def _view(text: str) -> Position:
    moment, days, state = text.split(":", 2)
    return Position(Step.VIEW, state, datetime.strptime(moment, STAMP).replace(tzinfo=UTC), int(days))
