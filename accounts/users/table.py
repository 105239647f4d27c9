"""The rows of the users list: what is shown of the people on a page, in a constant number of queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.contrib.postgres.aggregates import BoolOr
from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

from accounts.extensions import Cell, user_columns
from accounts.models import Group, Membership, Role, User
from accounts.users.status import TONES, Status, status_of

GROUPS_SHOWN = 3
GROUPS_IN_SELECT = 50
GROUPS_SUGGESTED = 1_000


@dataclass(frozen=True)
class GroupsOfPerson:
    """The first groups of a person, how many there are besides, and whether they run one."""

    names: tuple[str, ...] = ()
    more: int = 0
    is_admin: bool = False


@dataclass(frozen=True)
class Row:
    """A person as the list shows them; `cells` are the columns of the apps above, each with its title."""

    person: User
    status: Status
    groups: GroupsOfPerson
    cells: tuple[tuple[str, Cell | None], ...]

    @property
    def role(self) -> str:
        """The role in words; members who run a group are its admins."""
        if self.person.role == Role.MEMBER and self.groups.is_admin:
            return "Group admin"
        return Role(self.person.role).label

    @property
    def status_tone(self) -> str:
        """How the status is coloured."""
        return TONES[self.status]


def rows(people: Iterable[User]) -> list[Row]:
    """The rows of these people, in their order."""
    shown = list(people)
    ids = [person.pk for person in shown]
    groups = groups_of(ids)
    columns = [(column.title, column.cells(ids)) for column in user_columns()]
    return [
        Row(
            person,
            status_of(person),
            groups.get(person.pk, GroupsOfPerson()),
            tuple((title, cells.get(person.pk)) for title, cells in columns),
        )
        for person in shown
    ]


def groups_of(user_ids: Collection[int]) -> dict[int, GroupsOfPerson]:
    """The groups of these people, those that decide first: one query, a few rows for each person."""
    found: dict[int, list[Membership]] = defaultdict(list)
    for membership in first_memberships(user_ids):
        found[membership.user_id].append(membership)
    return {user_id: _groups_of_person(memberships) for user_id, memberships in found.items()}


def first_memberships(user_ids: Collection[int]) -> Iterable[Membership]:
    """The first memberships of each person, with the count of all of them and whether one is an admin's."""
    each = [F("user_id")]
    return (
        Membership.objects.filter(user__in=user_ids)
        .select_related("group")
        .annotate(
            place=Window(RowNumber(), partition_by=each, order_by="group__priority"),
            total=Window(Count("pk"), partition_by=each),
            runs_one=Window(BoolOr("is_admin"), partition_by=each),
        )
        .filter(place__lte=GROUPS_SHOWN)
        .order_by("user_id", "place")
    )


def _groups_of_person(memberships: Sequence[Membership]) -> GroupsOfPerson:
    total, runs_one = (getattr(memberships[0], name) for name in ("total", "runs_one"))
    return GroupsOfPerson(
        tuple(membership.group.name for membership in memberships), total - len(memberships), bool(runs_one)
    )


@dataclass(frozen=True)
class GroupChoices:
    """The groups to filter by: few enough to choose from a list, or so many that a name is typed."""

    names: tuple[str, ...]

    @property
    def is_typed(self) -> bool:
        """Whether there are too many for a list."""
        return len(self.names) > GROUPS_IN_SELECT


def group_choices(account_id: int) -> GroupChoices:
    """The account's group names by name; of more than a thousand, the first ones are suggested."""
    names = Group.objects.filter(account=account_id).order_by("name").values_list("name", flat=True)
    return GroupChoices(tuple(names[:GROUPS_SUGGESTED]))
