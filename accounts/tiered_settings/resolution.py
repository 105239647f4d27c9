"""Which value counts, and why: pure, without Django and without the database.

The rule, in the order it is applied:
1. A locked account row decides.
2. Of the rows of the person's groups, the one of the group with the lowest priority number speaks for all groups.
   If it is locked, it decides; locks of the other groups have no effect.
3. The person's own row decides.
4. The row of step 2 decides.
5. The account's row decides, or, where there is none, the product's default.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from accounts.tiered_settings.definitions import Tier


class Rule(StrEnum):
    """Which step of the rule decided."""

    ACCOUNT_LOCK = "account_lock"
    GROUP_LOCK = "group_lock"
    OWN_CHOICE = "own_choice"
    GROUP = "group"
    ACCOUNT = "account"
    DEFAULT = "default"


@dataclass(frozen=True)
class Row:
    """What a tier says. `name` is the group's or the account's; `priority` is a group's, the lowest number wins."""

    tier: Tier
    value: Any
    locked: bool = False
    name: str = ""
    priority: int = 0
    reason: str = ""
    set_by: str = ""
    set_at: datetime | None = None


@dataclass(frozen=True)
class Answer:
    """The value that counts, the row it comes from (None: the default), and everything that was considered."""

    value: Any
    rule: Rule
    source: Row | None
    chain: tuple[Row, ...]

    @property
    def locked_by(self) -> Row | None:
        """The row whose lock keeps those below from changing it."""
        return self.source if self.rule in (Rule.ACCOUNT_LOCK, Rule.GROUP_LOCK) else None


def resolve(default: Any, *, account: Row | None, groups: Sequence[Row], user: Row | None) -> Answer:
    """The effective value for a person in these groups."""
    in_order = sorted(groups, key=lambda row: row.priority)
    best = in_order[0] if in_order else None
    steps = (
        (account if account and account.locked else None, Rule.ACCOUNT_LOCK),
        (best if best and best.locked else None, Rule.GROUP_LOCK),
        (user, Rule.OWN_CHOICE),
        (best, Rule.GROUP),
        (account, Rule.ACCOUNT),
    )
    chain = tuple(row for row in (account, *in_order, user) if row)
    for row, rule in steps:
        if row is not None:
            return Answer(row.value, rule, row, chain)
    return Answer(default, Rule.DEFAULT, None, chain)
