"""Role and groups by ordered rules over attributes: pure.

The first rule that matches and has a role gives the role; where none does, the role stays. Every rule that matches and
has a group gives its group. A group that rules name is theirs to fill and to empty, as far as an attribute they look
at has arrived; all other groups are left alone.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sso.mapping.people import USUAL, Attributes, Names, Person, person

# Owners are made by owners: whoever can edit a group at the identity provider must not become one.
MAPPABLE_ROLES = ("admin", "member")


class Finding(StrEnum):
    """What a rule finds in an assertion."""

    MATCHES = "matches"
    DIFFERS = "differs"
    EMPTY = "empty"
    ABSENT = "absent"


@dataclass(frozen=True)
class Rule:
    """If a value of the attribute is exactly this, or contains it, the person has this role or is in this group.

    Capital and small letters are different; spaces around a value do not count.
    """

    attribute: str
    value: str
    contains: bool = False
    role: str = ""
    group: int | None = None

    def find(self, attributes: Attributes) -> Finding:
        """Whether it matches, and if not, why not."""
        if self.attribute not in attributes:
            return Finding.ABSENT
        values = [value.strip() for value in attributes[self.attribute] if value.strip()]
        if not values:
            return Finding.EMPTY
        return Finding.MATCHES if any(self._fits(value) for value in values) else Finding.DIFFERS

    def _fits(self, value: str) -> bool:
        wanted = self.value.strip()
        return bool(wanted) and (wanted in value if self.contains else wanted == value)


@dataclass(frozen=True)
class Placement:
    """What rules say of somebody: their role (None: it stays), and the groups that are theirs to decide, by id."""

    role: str | None
    groups_to_have: frozenset[int]
    groups_governed: frozenset[int]

    def joins(self, current: Collection[int]) -> frozenset[int]:
        """The groups they come into, being in the current ones."""
        return self.groups_to_have - frozenset(current)

    def leaves(self, current: Collection[int]) -> frozenset[int]:
        """The groups they go out of."""
        return (self.groups_governed - self.groups_to_have) & frozenset(current)


@dataclass(frozen=True)
class Outcome(Placement):
    """All that an assertion says of somebody."""

    person: Person


def placement(attributes: Attributes, rules: Sequence[Rule]) -> Placement:
    """Role and groups by these rules, in their order."""
    matching = [rule for rule in rules if rule.find(attributes) is Finding.MATCHES]
    return Placement(
        role=next((rule.role for rule in matching if rule.role in MAPPABLE_ROLES), None),
        groups_to_have=frozenset(rule.group for rule in matching if rule.group is not None),
        groups_governed=frozenset(
            rule.group for rule in rules if rule.group is not None and rule.attribute in attributes
        ),
    )


def outcome(
    attributes: Attributes, name_id: str, name_id_format: str, names: Names = USUAL, rules: Sequence[Rule] = ()
) -> Outcome:
    """The person, their role and their groups. Raises SamlError as `person` does."""
    placed = placement(attributes, rules)
    return Outcome(
        placed.role, placed.groups_to_have, placed.groups_governed, person(attributes, name_id, name_id_format, names)
    )
