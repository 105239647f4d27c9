"""Groups and their members as lists show them: a constant number of queries, a page at a time."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce, Lower, RowNumber

from accounts.models import Group, Membership, User
from accounts.permissions import managed_groups

PAGE = 50
CANDIDATES = 20
ADMINS_SHOWN = 3


@dataclass(frozen=True)
class GroupRow:
    """A group in the list. `position` is its place in the account's whole order, counted from 1."""

    group: Group
    position: int
    members: int
    admins: tuple[str, ...]
    more_admins: int


def groups_page(user: User, words: str, page: str) -> Page[Any]:
    """A page of the groups this person runs, in order of priority, with their position; found by name."""
    groups = managed_groups(user).filter(name__icontains=words) if words else managed_groups(user)
    return Paginator(groups.annotate(position=_position()).order_by("priority"), PAGE).get_page(page)


def rows_of(groups: Collection[Group]) -> list[GroupRow]:
    """These groups with their numbers of members and the names of their first admins: two queries."""
    ids = [group.pk for group in groups]
    counted = Membership.objects.filter(group__in=ids).values("group_id").order_by()
    numbers = {
        row["group_id"]: (row["people"], row["admins"])
        for row in counted.annotate(people=Count("pk"), admins=Count("pk", filter=Q(is_admin=True)))
    }
    names = _admin_names(ids)
    return [_row(group, *numbers.get(group.pk, (0, 0)), names[group.pk]) for group in groups]


def _row(group: Group, members: int, admins: int, names: list[str]) -> GroupRow:
    position: int = getattr(group, "position", group.priority)
    return GroupRow(group, position, members, tuple(names), admins - len(names))


def _admin_names(group_ids: Collection[int]) -> dict[int, list[str]]:
    """The first few admins of each group, by name."""
    place = Window(RowNumber(), partition_by="group_id", order_by=[Lower("user__name"), "user_id"])
    admins = Membership.objects.filter(group__in=group_ids, is_admin=True).select_related("user").annotate(place=place)
    names: dict[int, list[str]] = defaultdict(list)
    for membership in admins.filter(place__lte=ADMINS_SHOWN).order_by("group_id", "place"):
        names[membership.group_id].append(str(membership.user))
    return names


def _position() -> Coalesce:
    before = Group.objects.filter(account=OuterRef("account"), priority__lte=OuterRef("priority")).order_by()
    number = before.annotate(number=Func(F("pk"), function="COUNT", output_field=IntegerField())).values("number")
    return Coalesce(Subquery(number), 0)


def members_page(group: Group, words: str, page: str) -> Page[Membership]:
    """A page of the group's people by name, found by name or e-mail."""
    members = Membership.objects.filter(group=group).select_related("user")
    if words:
        members = members.filter(Q(user__name__icontains=words) | Q(user__email__icontains=words))
    return Paginator(members.order_by(Lower("user__name"), "user_id"), PAGE).get_page(page)


def candidates(group: Group, words: str) -> list[User]:
    """Up to 20 active people of the account who are not in the group, by name or e-mail; none without words."""
    return (
        list(_outside(group).filter(Q(name__icontains=words) | Q(email__icontains=words))[:CANDIDATES]) if words else []
    )


def _outside(group: Group) -> QuerySet[User]:
    people = User.objects.filter(account=group.account_id, is_active=True)
    return people.exclude(memberships__group=group).order_by(Lower("name"), "pk")
