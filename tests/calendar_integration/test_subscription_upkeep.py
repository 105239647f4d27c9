"""What is to be done about a subscription, and when: decided without a database."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from calendar_integration.subscriptions.upkeep import (
    FIRST_WAIT,
    LONGEST_WAIT,
    RARELY,
    Step,
    renewal_at,
    step_for,
    wait_after,
)

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
DAY = timedelta(days=1)

jitters = st.floats(0, 1)


def test_one_that_lives_is_renewed_and_every_other_is_made() -> None:
    assert step_for("a", NOW + DAY, has_moved=False, now=NOW) is Step.RENEW
    assert step_for("a", NOW + DAY, has_moved=True, now=NOW) is Step.CREATE
    assert step_for("a", NOW, has_moved=False, now=NOW) is Step.CREATE
    assert step_for("a", None, has_moved=False, now=NOW) is Step.CREATE
    assert step_for("", NOW + DAY, has_moved=False, now=NOW) is Step.CREATE


@given(st.timedeltas(-DAY, 30 * DAY))
def test_it_is_renewed_at_half_its_life_and_never_in_the_past(lifetime: timedelta) -> None:
    at = renewal_at(NOW + lifetime, now=NOW)
    assert at == NOW + max(lifetime, timedelta(0)) / 2


@given(st.integers(0, 10_000), jitters, st.none() | st.timedeltas(timedelta(0), DAY))
def test_waits_are_bounded_and_not_less_than_asked(failures: int, jitter: float, asked: timedelta | None) -> None:
    wait = wait_after(failures, is_forbidden=False, retry_after=asked, jitter=jitter)
    assert FIRST_WAIT * 0.75 <= wait <= max(LONGEST_WAIT, (asked or timedelta(0)) * 1.25)
    assert wait >= (asked or timedelta(0))


@given(st.integers(0, 20), jitters)
def test_waits_grow_with_failures(failures: int, jitter: float) -> None:
    first, second = (
        wait_after(count, is_forbidden=False, retry_after=None, jitter=jitter) for count in (failures, failures + 1)
    )
    assert first <= second


@given(st.integers(0, 20), jitters)
def test_where_it_is_forbidden_it_is_tried_about_once_a_day(failures: int, jitter: float) -> None:
    wait = wait_after(failures, is_forbidden=True, retry_after=None, jitter=jitter)
    assert RARELY * 0.75 <= wait <= RARELY
