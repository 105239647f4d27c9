"""What an import would do, once nothing is wrong with it. Pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from accounts.csv_import.rows import Problem


@dataclass(frozen=True)
class GroupRef:
    """A group of the account."""

    id: int
    name: str


@dataclass(frozen=True)
class Known:
    """A person of the account as they are now; `is_invited` while they have not taken part yet."""

    id: int
    email: str
    name: str
    role: str
    is_active: bool
    is_invited: bool
    group_ids: frozenset[int]


@dataclass(frozen=True)
class Directory:
    """What the account knows of the people and groups in a file.

    People are found by e-mail in small letters, groups by their exact name or by it in small letters. `owners` are
    those who can manage the other owners.
    """

    people: Mapping[str, Known]
    groups: Mapping[str, GroupRef]
    owners: frozenset[int]

    def group(self, name: str) -> GroupRef | None:
        """The group with this name; its exact spelling comes first."""
        return self.groups.get(name) or self.groups.get(name.lower())


@dataclass(frozen=True)
class NewPerson:
    """Somebody whom the account does not know yet."""

    email: str
    name: str
    role: str
    groups: tuple[GroupRef, ...]


@dataclass(frozen=True)
class ChangedPerson:
    """Somebody known, with the name and role they get, and the groups they join."""

    known: Known
    name: str
    role: str
    groups: tuple[GroupRef, ...]

    @property
    def is_changed(self) -> bool:
        """Whether anything differs from what is known."""
        return bool(self.groups) or (self.name, self.role) != (self.known.name, self.known.role)


@dataclass(frozen=True)
class Plan:
    """Who is created, who is changed, how many stay as they are; or what is wrong with which row."""

    created: tuple[NewPerson, ...] = ()
    changed: tuple[ChangedPerson, ...] = ()
    unchanged: int = 0
    problems: tuple[Problem, ...] = ()

    @cached_property
    def digest(self) -> str:
        """Short for what the plan does: another one where the account's people have changed meanwhile."""
        known = [replace(person.known, group_ids=frozenset()) for person in self.changed]
        text = repr((self.created, [(person.name, person.role, person.groups) for person in self.changed], known))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def concerned(self) -> list[int]:
        """The ids of the known people who join groups: their settings may change."""
        return [person.known.id for person in self.changed if person.groups]
