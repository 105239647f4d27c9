"""How far notifications are believed, and how often a mailbox is polled all the same: decided without a database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from calendar_integration.sync.interval import GRACE, HIGHEST_LEVEL, Heard, Trust, interval_after, trust_after

BASE, LONGEST = timedelta(minutes=5), timedelta(hours=1)
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
READ_AT = NOW - timedelta(hours=1)
QUIET = Heard(Trust(), NOW - timedelta(days=2), NOW + timedelta(days=5), NOW - timedelta(days=1), has_changed=False)

DAYS = 24 * 60  # minutes
moments = st.integers(-8 * DAYS, 0).map(lambda minutes: NOW + timedelta(minutes=minutes))
trusts = st.builds(Trust, st.integers(0, HIGHEST_LEVEL), st.none() | moments)
heards = st.builds(
    Heard,
    trusts,
    st.none() | moments,
    st.none() | st.integers(-8 * DAYS, 8 * DAYS).map(lambda minutes: NOW + timedelta(minutes=minutes)),
    st.none() | moments,
    st.booleans(),
)


def judged(*kinds: Heard, read_at: datetime | None = READ_AT) -> tuple[list[Trust], timedelta]:
    after = [trust_after(heard, read_at=read_at, now=NOW) for heard in kinds]
    return after, interval_after(kinds, after, read_at=read_at, now=NOW, shortest=BASE, longest=LONGEST)


def interval(*kinds: Heard) -> timedelta:
    return judged(*kinds)[1]


def test_each_quiet_poll_doubles_the_interval_up_to_the_longest() -> None:
    heard, seen = QUIET, []
    for _ in range(6):
        (trust,), wait = judged(heard)
        seen.append(wait)
        heard = replace(heard, trust=trust)
    assert [wait // timedelta(minutes=1) for wait in seen] == [10, 20, 40, 60, 60, 60]


def test_a_change_that_was_announced_is_the_best_proof() -> None:
    told = replace(QUIET, has_changed=True, notified_at=NOW - timedelta(seconds=3), trust=Trust(2))
    assert judged(told) == ([Trust(3)], timedelta(minutes=40))


def test_a_change_that_nothing_announced_brings_the_base_back_at_once() -> None:
    lost = replace(QUIET, has_changed=True, trust=Trust(7))
    assert judged(lost) == ([Trust(7, NOW)], BASE)


def test_its_notification_may_come_late_and_then_nothing_was_lost() -> None:
    doubted = Trust(3, NOW - timedelta(minutes=2))
    came_late = replace(QUIET, trust=doubted, notified_at=NOW - timedelta(minutes=1))
    (trust,), wait = judged(came_late)
    assert (trust, wait) == (Trust(4), BASE), "the one who polls now finds nothing new of what was announced"
    assert interval(replace(came_late, trust=trust, notified_at=READ_AT - GRACE)) == LONGEST


def test_without_it_nothing_is_left_of_the_trust() -> None:
    waiting = replace(QUIET, trust=Trust(7, NOW - GRACE / 2))
    assert judged(waiting) == ([Trust(7, NOW - GRACE / 2)], BASE)
    assert judged(replace(QUIET, trust=Trust(7, NOW - GRACE))) == ([Trust(0, NOW - GRACE)], BASE)


def test_what_died_after_it_had_worked_is_not_believed_again_for_its_silence() -> None:
    heard = replace(QUIET, trust=Trust(7, NOW - GRACE))
    for _ in range(10):
        (trust,), wait = judged(heard)
        assert wait == BASE
        heard = replace(heard, trust=trust)
    told = replace(heard, has_changed=True, notified_at=NOW - timedelta(seconds=3))
    assert judged(told) == ([Trust(1)], BASE * 2)


def test_a_change_may_show_minutes_after_its_notification() -> None:
    slow = replace(QUIET, has_changed=True, notified_at=READ_AT - GRACE / 2)
    assert judged(slow)[0] == [Trust(1)]


def test_what_was_announced_and_not_found_is_looked_for_at_the_base_interval() -> None:
    assert interval(replace(QUIET, trust=Trust(9), notified_at=NOW - timedelta(seconds=1))) == BASE


def test_what_changed_before_there_was_a_subscription_says_nothing_about_it() -> None:
    fresh = replace(QUIET, subscribed_at=READ_AT + timedelta(minutes=1), has_changed=True)
    assert judged(fresh)[0] == [Trust()]
    assert judged(replace(QUIET, has_changed=True, notified_at=None), read_at=None)[0] == [Trust()]


def test_before_the_first_notification_the_interval_stretches_a_little_only() -> None:
    assert interval(replace(QUIET, trust=Trust(9), notified_at=None)) == BASE * 4


def test_the_interval_ends_with_the_subscription() -> None:
    assert interval(replace(QUIET, trust=Trust(9), expires_at=NOW + timedelta(minutes=13))) == timedelta(minutes=13)


def test_the_kind_that_is_least_believed_decides() -> None:
    trusted = replace(QUIET, trust=Trust(9))
    assert interval(trusted, trusted) == LONGEST
    assert interval(trusted, QUIET) == BASE * 2
    assert interval(trusted, replace(QUIET, subscribed_at=None, expires_at=None, trust=Trust(9))) == BASE
    assert interval() == BASE


@given(st.lists(heards, max_size=3), st.none() | moments)
def test_the_interval_is_never_below_the_base_nor_above_the_longest(
    kinds: list[Heard], read_at: datetime | None
) -> None:
    assert BASE <= judged(*kinds, read_at=read_at)[1] <= LONGEST


@given(st.lists(heards, min_size=1, max_size=3), st.none() | moments)
def test_no_doubt_and_no_missing_subscription_goes_with_a_stretched_interval(
    kinds: list[Heard], read_at: datetime | None
) -> None:
    after, wait = judged(*kinds, read_at=read_at)
    if wait > BASE:
        assert all(trust.doubted_at is None and trust.level for trust in after)
        assert all(heard.subscribed_at and heard.expires_at and heard.expires_at >= NOW + wait for heard in kinds)


@given(heards, st.none() | moments)
def test_an_unannounced_change_never_raises_the_trust(heard: Heard, read_at: datetime | None) -> None:
    silent = replace(heard, has_changed=True, notified_at=None)
    assert trust_after(silent, read_at=read_at, now=NOW).level <= heard.trust.level


@given(heards, st.integers(0, 9))
def test_whatever_was_an_unannounced_change_is_the_base_and_then_nothing(heard: Heard, hours: int) -> None:
    """However far it had stretched: at once the base, and after a silent grace no trust at all."""
    lost = replace(heard, has_changed=True, notified_at=None, subscribed_at=READ_AT - timedelta(hours=hours))
    (trust,), wait = judged(lost)
    assert wait == BASE
    later = trust_after(replace(lost, has_changed=False, trust=Trust(trust.level, NOW)), read_at=NOW, now=NOW + GRACE)
    assert later == Trust(0, NOW), "and none until one comes"
