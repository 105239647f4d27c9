"""What changed, in words: no braces, no quotes, nothing lost."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from accounts.audit_log import words

VALUES = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text("ab c", max_size=8),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text("xyz_", max_size=5), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "nothing"),
        ("", "nothing"),
        ([], "nothing"),
        (True, "yes"),
        (0, "0"),
        ("needs_reauthorization", "needs reauthorization"),
        ("bo_b@contoso.example", "bo_b@contoso.example"),
        ("Dana", "Dana"),
        (["Sales", "Interns"], "Sales, Interns"),
        ({"method": "graph", "calendars": "read"}, "method graph, calendars read"),
        ({"groups": ["a", "b"], "none": []}, "groups (a, b), none nothing"),
    ],
)
def test_values(value: Any, text: str) -> None:
    assert words.in_words(value) == text


@pytest.mark.parametrize(
    ("key", "text"),
    [("time_zone", "Time zone"), ("sso_url", "Single sign-on address"), ("role", "Role"), ("user_ids", "User IDs")],
)
def test_keys(key: str, text: str) -> None:
    assert words.label(key) == text


def test_both_sides_one_side_and_what_stayed() -> None:
    changes = list(words.changes({"a": 1, "b": 2, "same": 3}, {"a": 2, "c": 4, "same": 3}))
    assert [(change.label, change.before, change.after) for change in changes] == [
        ("A", "1", "2"),
        ("B", "2", None),
        ("Same", None, "3"),
        ("C", None, "4"),
    ]


@given(before=some.dictionaries(some.text("xyz_", max_size=5), VALUES, max_size=4), after=VALUES)
def test_every_key_is_said_once_and_shortening_only_cuts(before: dict[str, Any], after: Any) -> None:
    after = after if isinstance(after, dict) else {"value": after}
    changes = list(words.changes(before, after))
    assert len(changes) == len(before.keys() | after.keys())
    for change in changes:
        assert not set("{}[]'\"") & set(change.whole)
        assert change.short == change.whole or change.whole.startswith(change.short[:-1].rstrip())
        assert len(change.short) <= words.SHORT + 1
