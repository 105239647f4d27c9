"""Which value counts, for anyone: by example, and against a slow and obvious reference."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from accounts.tiered_settings.definitions import Tier
from accounts.tiered_settings.resolution import Answer, Row, Rule, resolve

OFF, FIRST, EVERY = "off", "first", "every"


def make_account_row(value: Any, *, locked: bool = False) -> Row:
    return Row(Tier.ACCOUNT, value, locked, "Contoso")


def make_group_row(name: str, priority: int, value: Any, *, locked: bool = False) -> Row:
    return Row(Tier.GROUP, value, locked, name, priority)


def make_own_row(value: Any) -> Row:
    return Row(Tier.USER, value)


ACCOUNT = make_account_row(FIRST)
SALES = make_group_row("Sales", 1, OFF)
INTERNS = make_group_row("Interns", 2, EVERY, locked=True)
LEES = make_own_row(EVERY)


def lee(account: Row | None = ACCOUNT, groups: Sequence[Row] = (INTERNS, SALES), own: Row | None = LEES) -> Answer:
    """What counts for Lee, who is in Sales and in Interns."""
    return resolve(OFF, account=account, groups=groups, user=own)


def test_lees_own_choice_counts_since_the_best_group_has_no_lock() -> None:
    answer = lee()
    assert (answer.value, answer.rule, answer.source, answer.locked_by) == (EVERY, Rule.OWN_CHOICE, LEES, None)


def test_the_lock_of_a_group_of_lower_priority_has_no_effect() -> None:
    assert lee().locked_by is None
    assert INTERNS in lee().chain


def test_without_an_own_choice_the_best_group_counts() -> None:
    answer = lee(own=None)
    assert (answer.value, answer.rule, answer.source) == (OFF, Rule.GROUP, SALES)


def test_without_the_best_groups_row_the_next_ones_lock_counts() -> None:
    answer = lee(groups=[INTERNS], own=None)
    assert (answer.value, answer.rule, answer.locked_by) == (EVERY, Rule.GROUP_LOCK, INTERNS)
    assert lee(groups=[INTERNS]).value == EVERY


def test_the_accounts_lock_counts_before_all_and_hides_without_deleting() -> None:
    locked = make_account_row(FIRST, locked=True)
    answer = lee(account=locked)
    assert (answer.value, answer.rule, answer.locked_by) == (FIRST, Rule.ACCOUNT_LOCK, locked)
    assert answer.chain == (locked, SALES, INTERNS, LEES)


def test_kim_in_no_group_follows_the_account_and_then_the_default() -> None:
    assert resolve(OFF, account=ACCOUNT, groups=[], user=None).rule is Rule.ACCOUNT
    nothing = resolve(OFF, account=None, groups=[], user=None)
    assert (nothing.value, nothing.rule, nothing.source, nothing.chain) == (OFF, Rule.DEFAULT, None, ())


values = st.sampled_from([OFF, FIRST, EVERY])
account_rows = st.none() | st.builds(make_account_row, values, locked=st.booleans())
own_rows = st.none() | st.builds(make_own_row, values)
group_rows = st.lists(
    st.builds(make_group_row, st.text(max_size=3), st.integers(1, 99), values, locked=st.booleans()),
    max_size=5,
    unique_by=lambda row: row.priority,
)


def reference(default: Any, account: Row | None, groups: list[Row], user: Row | None) -> tuple[Any, bool]:
    """The value and whether it is locked, as one would explain it aloud."""
    if account is not None and account.locked:
        return account.value, True
    best = None
    for group in groups:
        if best is None or group.priority < best.priority:
            best = group
    if best is not None and best.locked:
        return best.value, True
    if user is not None:
        return user.value, False
    if best is not None:
        return best.value, False
    if account is not None:
        return account.value, False
    return default, False


@given(values, account_rows, group_rows, own_rows)
def test_it_is_what_one_would_explain_aloud(
    default: str, account: Row | None, groups: list[Row], user: Row | None
) -> None:
    answer = resolve(default, account=account, groups=groups, user=user)
    assert (answer.value, answer.locked_by is not None) == reference(default, account, groups, user)


@given(values, account_rows, group_rows, own_rows)
def test_the_order_of_groups_does_not_matter_and_every_row_is_in_the_chain(
    default: str, account: Row | None, groups: list[Row], user: Row | None
) -> None:
    answer = resolve(default, account=account, groups=groups, user=user)
    assert answer == resolve(default, account=account, groups=groups[::-1], user=user)
    assert len(answer.chain) == len(groups) + (account is not None) + (user is not None)


@given(values, group_rows, own_rows, values)
def test_an_account_lock_makes_everyone_alike(default: str, groups: list[Row], user: Row | None, value: str) -> None:
    answer = resolve(default, account=make_account_row(value, locked=True), groups=groups, user=user)
    assert (answer.value, answer.rule) == (value, Rule.ACCOUNT_LOCK)
