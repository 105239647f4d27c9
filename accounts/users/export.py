"""Everyone in the users list as rows of a CSV file, read in batches by name and id."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from accounts.extensions import Cell, user_columns
from accounts.models import Account, Membership, User
from accounts.users.listing import Filters, people
from accounts.users.status import status_of

BATCH = 1_000
GROUP_SEPARATOR = ";"
COLUMNS = ("email", "name", "role", "status", "groups", "last_sign_in")


def header() -> tuple[str, ...]:
    """The columns' names: ours, which the import reads, and those of the apps above."""
    return (*COLUMNS, *(column.title for column in user_columns()))


def rows(account: Account, filters: Filters, *, batch_size: int = BATCH) -> Iterator[tuple[object, ...]]:
    """Everyone who was asked for, by name, in constant memory and a constant number of queries for each batch."""
    for batch in batches(people(account, filters), batch_size):
        ids = [person.pk for person in batch]
        groups = group_names(ids)
        cells = [column.cells(ids) for column in user_columns()]
        for person in batch:
            yield row(person, groups.get(person.pk, []), cells)


def row(person: User, groups: list[str], cells: list[dict[int, Cell]]) -> tuple[object, ...]:
    """One person."""
    return (
        person.email,
        person.name,
        person.role,
        status_of(person).value,
        GROUP_SEPARATOR.join(groups),
        in_utc(person.last_login),
        *(text_of(column, person.pk) for column in cells),
    )


def text_of(cells: Mapping[int, Cell], user_id: int) -> str:
    """The text of a person's cell; not everyone has one."""
    return cells[user_id].text if user_id in cells else ""


def batches(found: QuerySet[User], size: int) -> Iterator[Sequence[User]]:
    """People by name, a few at a time: each batch starts after the last one's name and id."""
    in_order = found.annotate(small_name=Lower("name")).order_by("small_name", "pk")
    batch = list(in_order[:size])
    while batch:
        yield batch
        last = batch[-1]
        # The first condition is what the index can start at; the second leaves out those who were there before.
        after = in_order.filter(small_name__gte=last.small_name).filter(
            Q(small_name__gt=last.small_name) | Q(pk__gt=last.pk)
        )
        batch = list(after[:size]) if len(batch) == size else []


def group_names(user_ids: Collection[int]) -> dict[int, list[str]]:
    """The names of these people's groups, those that decide first."""
    names: dict[int, list[str]] = defaultdict(list)
    memberships = Membership.objects.filter(user__in=user_ids).order_by("group__priority")
    for user_id, name in memberships.values_list("user_id", "group__name"):
        names[user_id].append(name)
    return names


def in_utc(at: datetime | None) -> str:
    """A time as 2026-11-22T13:05:00Z; nothing for never."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else ""
