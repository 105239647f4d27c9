"""Whose mailboxes are queued next: nobody is starved, and nothing that could be done is left."""

from hypothesis import given
from hypothesis import strategies as st

from calendar_integration.sync.fairness import shares

COUNTS = st.dictionaries(st.integers(1, 8), st.integers(0, 60), max_size=8)


def test_a_great_company_does_not_hold_up_a_small_one() -> None:
    assert shares({1: 50_000, 2: 3}, {}, room=1000, room_each=1000) == {1: 997, 2: 3}


def test_whoever_has_much_under_way_waits_for_the_others() -> None:
    assert shares({1: 50_000, 2: 50_000}, {1: 600}, room=400, room_each=1000) == {2: 400}


def test_no_account_has_more_under_way_than_it_may() -> None:
    assert shares({1: 50_000}, {1: 900}, room=5000, room_each=1000) == {1: 100}
    assert shares({1: 50_000}, {1: 1200}, room=5000, room_each=1000) == {}


@given(waiting=COUNTS, under_way=COUNTS, room=st.integers(-5, 200), room_each=st.integers(0, 50))
def test_shares_are_within_bounds_fair_and_leave_no_room_unused(
    waiting: dict[int, int], under_way: dict[int, int], room: int, room_each: int
) -> None:
    taken = shares(waiting, under_way, room=room, room_each=room_each)
    most = {account: min(count, room_each - under_way.get(account, 0)) for account, count in waiting.items()}
    assert all(0 < count <= most[account] for account, count in taken.items())
    assert sum(taken.values()) == max(0, min(room, sum(count for count in most.values() if count > 0)))
    after = {account: under_way.get(account, 0) + taken.get(account, 0) for account in waiting}
    held_up = [account for account in waiting if taken.get(account, 0) < most[account]]
    for account in held_up:
        assert all(after[other] <= after[account] + 1 for other in taken), "somebody got more than one that waits"
