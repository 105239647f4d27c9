"""What to do about a subscription, and when next: pure."""

from datetime import datetime, timedelta
from enum import StrEnum

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
RARELY = timedelta(days=1)


class Step(StrEnum):
    """What is to be done now."""

    CREATE = "create"
    RENEW = "renew"


def step_for(remote_id: str, expires_at: datetime | None, *, has_moved: bool, now: datetime) -> Step:
    """How a subscription that is due is kept: it is renewed while it lives, and notifies where we are."""
    lives = bool(remote_id) and expires_at is not None and expires_at > now
    return Step.RENEW if lives and not has_moved else Step.CREATE


def renewal_at(expires_at: datetime, *, now: datetime) -> datetime:
    """When a subscription that was made or renewed now is renewed: at half its life."""
    return now + max(expires_at - now, timedelta(0)) / 2


def wait_after(failures: int, *, is_forbidden: bool, retry_after: timedelta | None, jitter: float) -> timedelta:
    """How long to wait after a failure that followed on so many: longer and longer, and not less than was asked for.

    A mailbox that may not be subscribed to is asked about once a day. `jitter` is between 0 and 1.
    """
    doubled: timedelta = FIRST_WAIT * 2 ** min(failures, 10)
    wait = RARELY if is_forbidden else min(doubled, LONGEST_WAIT)
    return max(wait * (0.75 + jitter / 4), (retry_after or timedelta(0)) * (1 + jitter / 4))
