"""An impact in a few lines: who follows what today, and what becomes of them. Pure."""

from collections import Counter
from dataclasses import dataclass

from accounts.impact import Difference, Impact
from accounts.tiered_settings.kinds import Kind
from accounts.tiered_settings.resolution import Rule

MOST_LINES = 6


@dataclass(frozen=True)
class Line:
    """So many people who follow the same today, and what counts for them then."""

    who: str
    now: str
    then: str
    people: int


def summary(impact: Impact, kind: Kind) -> list[Line]:
    """The largest parts of an impact, the rest in one line."""
    counted = Counter((who(d), kind.in_words(d.before.value), kind.in_words(d.after.value)) for d in impact.differences)
    return largest(counted, rest="Others")


def largest(counted: Counter[tuple[str, str, str]], *, rest: str) -> list[Line]:
    """The most frequent of them as lines, and what is left under one name."""
    lines = [Line(*words, people) for words, people in counted.most_common()]
    others = sum(line.people for line in lines[MOST_LINES:])
    return lines[:MOST_LINES] + ([Line(rest, "", "", others)] if others else [])


def who(difference: Difference) -> str:
    """Where somebody's value comes from today."""
    source = difference.before.source
    if source is None or difference.before.rule in (Rule.ACCOUNT, Rule.ACCOUNT_LOCK):
        return "Following the account"
    return f"Group {source.name}" if difference.before.rule in (Rule.GROUP, Rule.GROUP_LOCK) else "Own choice"
