"""How many mailboxes of each account are queued next. Pure.

Whoever has fewest under way comes first, so that a company with fifty thousand due mailboxes does not hold up one with
three; what the others do not need, it may have.
"""

from collections.abc import Mapping


def shares(waiting: Mapping[int, int], under_way: Mapping[int, int], *, room: int, room_each: int) -> dict[int, int]:
    """How many of those waiting to take from each account; where there is not one for each, those named first have it.

    `room` is for all together, `room_each` is the most that any account may have under way afterwards.
    """
    most = {
        account: min(count, room_each - under_way.get(account, 0))
        for account, count in waiting.items()
        if count > 0 and under_way.get(account, 0) < room_each
    }
    level = _level(most, under_way, room)
    taken = {account: _below(level, count, under_way.get(account, 0)) for account, count in most.items()}
    _hand_out(room - sum(taken.values()), level, taken, most, under_way)
    return {account: count for account, count in taken.items() if count}


def _level(most: Mapping[int, int], under_way: Mapping[int, int], room: int) -> int:
    """The highest number under way to which every account that has enough waiting can be filled up."""
    low, high = 0, max((under_way.get(account, 0) + count for account, count in most.items()), default=0)
    while low < high:
        middle = (low + high + 1) // 2
        needed = sum(_below(middle, count, under_way.get(account, 0)) for account, count in most.items())
        low, high = (middle, high) if needed <= room else (low, middle - 1)
    return low


def _below(level: int, most: int, under_way: int) -> int:
    """How many lift an account to the level, where that many may be taken."""
    return min(most, max(0, level - under_way))


def _hand_out(
    left: int, level: int, taken: dict[int, int], most: Mapping[int, int], under_way: Mapping[int, int]
) -> None:
    """What is left is not enough for everybody: one each, as far as it goes."""
    for account, count in most.items():
        if left <= 0:
            return
        if taken[account] < count and under_way.get(account, 0) + taken[account] <= level:
            taken[account] += 1
            left -= 1
