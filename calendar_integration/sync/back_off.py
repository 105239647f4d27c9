"""How long to wait after a failure, and when a mailbox is set aside. Pure, but for the jitter."""

import random
from dataclasses import dataclass
from datetime import timedelta

from calendar_integration.errors import CalendarError, ConsentRefusedError, EmptiedError, InvalidGrantError

FIRST_BACK_OFF = timedelta(seconds=30)
LONGEST_BACK_OFF = timedelta(hours=1)
GRANT_GRACE = timedelta(minutes=15)
NO_MAILBOX_GRACE = timedelta(days=1)


@dataclass(frozen=True)
class Waits:
    """How long to wait after a first failure, and at most; operators may have it otherwise than usual."""

    first: timedelta = FIRST_BACK_OFF
    longest: timedelta = LONGEST_BACK_OFF


USUAL = Waits()

LONGER = 1.25  # times a wait that was asked for, at most
MOST_DEATHS = 3  # workers that may die in a row while they read a mailbox
MOST_MISTAKES = 5  # mistakes of ours in a row
SET_ASIDE_FOR = timedelta(days=1)


def wait_after(failures: int, error: CalendarError, waits: Waits = USUAL) -> timedelta:
    """How long to wait after this error and so many failures before it: what was asked for, or longer and longer."""
    if isinstance(error, InvalidGrantError | ConsentRefusedError):
        return no_less_than(GRANT_GRACE)
    if isinstance(error, EmptiedError) and error.retry_after is not None:
        return no_less_than(error.retry_after)  # a look that was agreed on, and no failure that grows
    if error.permanent:
        return waits.longest
    backed_off = jittered(doubled(waits.first, failures, waits.longest), 0.5, 1)
    return max(backed_off, no_less_than(error.retry_after)) if error.retry_after else backed_off


def doubled(first: timedelta, times: int, longest: timedelta) -> timedelta:
    """`first`, doubled so many times, and no more than `longest`."""
    grown: timedelta = first * 2 ** min(times, 16)
    return min(grown, longest)


def jittered(wait: timedelta, least: float, most: float) -> timedelta:
    """The wait by a random factor, so that those who failed together do not come back together."""
    return wait * random.uniform(least, most)  # noqa: S311 - jitter keeps no secret


def no_less_than(asked: timedelta) -> timedelta:
    """A wait that was asked for, or somewhat longer: many are told the same, and must not come back in one moment."""
    return jittered(asked, 1, LONGER)


def why_set_aside(deaths: int, mistakes: int, detail: str = "") -> str:
    """In words why a mailbox is tried once a day only, or nothing where it is tried as any other."""
    if deaths >= MOST_DEATHS:
        return f"{deaths} workers in a row ended while they read this mailbox."
    if mistakes >= MOST_MISTAKES:
        return f"Atrium failed {mistakes} times in a row at this mailbox{f' ({detail})' if detail else ''}."
    return ""
