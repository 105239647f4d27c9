"""When mailboxes that are out of date are an alarm, and when it is over. Pure.

One mailbox has troubles of its own; several at a time have a cause that somebody has to know of. It is over only when
fewer than half as many are left, or a few that come and go would be told again and again.
"""

LEAST = 3  # mailboxes
LEAST_PERCENT = 1  # of an account's mailboxes


def needed(mailboxes: int) -> int:
    """How many have to be out of date: three or one of a hundred, or all where there are fewer."""
    return min(mailboxes, max(LEAST, mailboxes * LEAST_PERCENT // 100))


def is_alarm(stale: int, mailboxes: int, *, is_raised: bool) -> bool:
    """Whether the alarm stands for this account now."""
    if not stale:
        return False
    return stale * 2 >= needed(mailboxes) if is_raised else stale >= needed(mailboxes)
