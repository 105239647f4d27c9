"""How long is waited after failures, and when a mailbox is set aside: pure decisions."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_integration.errors import CalendarError, InvalidGrantError, UnavailableError
from calendar_integration.sync import back_off
from calendar_integration.sync.back_off import (
    FIRST_BACK_OFF,
    GRANT_GRACE,
    LONGER,
    LONGEST_BACK_OFF,
    wait_after,
    why_set_aside,
)

ASKED = st.one_of(st.none(), st.integers(0, 7200).map(lambda seconds: timedelta(seconds=seconds)))


@given(failures=st.integers(0, 10_000), asked=ASKED)
def test_waiting_is_bounded_below_and_above_and_as_long_as_was_asked(failures: int, asked: timedelta | None) -> None:
    wait = wait_after(failures, UnavailableError("busy", retry_after=asked))
    assert wait >= FIRST_BACK_OFF / 2
    assert wait >= (asked or timedelta(0))
    assert wait <= max(LONGEST_BACK_OFF, (asked or timedelta(0)) * LONGER)


@pytest.mark.parametrize("error", [UnavailableError("busy", retry_after=timedelta(hours=1)), InvalidGrantError("no")])
def test_those_who_are_told_the_same_wait_do_not_come_back_in_one_moment(error: CalendarError) -> None:
    waits = {wait_after(0, error) for _ in range(20)}
    asked = error.retry_after or GRANT_GRACE
    assert len(waits) > 10
    assert all(asked <= wait <= asked * LONGER for wait in waits), "and never sooner"


@given(failures=st.integers(0, 50))
def test_the_longest_wait_after_some_failures_is_within_twice_the_next(failures: int) -> None:
    grown = back_off.doubled(FIRST_BACK_OFF, failures, LONGEST_BACK_OFF)
    assert grown <= back_off.doubled(FIRST_BACK_OFF, failures + 1, LONGEST_BACK_OFF) <= 2 * grown


@given(deaths=st.integers(0, 20), mistakes=st.integers(0, 20))
def test_a_mailbox_is_set_aside_from_the_third_death_or_the_fifth_mistake_on(deaths: int, mistakes: int) -> None:
    assert bool(why_set_aside(deaths, mistakes)) == (deaths >= 3 or mistakes >= 5)
