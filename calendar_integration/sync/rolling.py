"""When a mailbox's window moves on: once a day, each mailbox at a time of day of its own. Pure.

Moving the window costs a full round, many times a poll. If all moved at midnight, all would be read whole in the
minutes after it, and everybody's changes would wait behind that.
"""

from datetime import datetime, timedelta

DAY = timedelta(days=1)
SKEW = timedelta(minutes=15)  # by which another worker's clock may be ahead
# Multiples of the golden ratio lie evenly in the day, wherever the ids begin and whichever of them are missing.
GOLDEN = 0.6180339887498949


def roll_time(connection_id: int) -> timedelta:
    """How long after midnight, UTC, a mailbox's window moves on: less than a day, and always the same."""
    return DAY * (connection_id * GOLDEN % 1)


def moments(connection_id: int, now: datetime) -> tuple[datetime, datetime, datetime]:
    """The times of which the windows are good now: today's, the one before until it moves on, and a fast clock's."""
    return now, now - roll_time(connection_id), now + SKEW
