"""When mailboxes that are out of date are an alarm, and when it is over. Pure.

One mailbox has troubles of its own; several at a time have a cause that somebody has to know of. It is over only when
fewer than half as many are left, and have been for an hour: mailboxes that come and go would be told again and again.
"""

from datetime import datetime, timedelta

LEAST = 3  # mailboxes
LEAST_PERCENT = 1  # of an account's mailboxes
WELL_FOR = timedelta(hours=1)  # so that there is at least as much between two alarms of an account


def needed(mailboxes: int) -> int:
    """How many have to be out of date: three or one of a hundred, or all where there are fewer."""
    return min(mailboxes, max(LEAST, mailboxes * LEAST_PERCENT // 100))


def is_alarm(stale: int, mailboxes: int, *, is_raised: bool) -> bool:
    """Whether the alarm stands for this account now."""
    if not stale:
        return False
    return stale * 2 >= needed(mailboxes) if is_raised else stale >= needed(mailboxes)


def is_over(well_since: datetime | None, now: datetime) -> bool:
    """Whether an alarm that has not stood since then is over, so that the next one is told again."""
    return well_since is not None and now - well_since >= WELL_FOR
