"""The query side of the users list: which people, in which order."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.http import HttpRequest

from accounts.extensions import UserColumn, user_columns
from accounts.models import Account, Group, Membership, Role, User
from accounts.requests import query_text
from accounts.users.status import CONDITIONS, Status

GROUP_ADMIN = "group_admin"
EVERYONE = "everyone"
ROLES = (*Role.choices, (GROUP_ADMIN, "Group admin"))
STATUSES = (*Status.choices, (EVERYONE, "Everyone"))
WORDS_AT_MOST = 10

# As the indexes have them, forwards and backwards; the id makes every order total, so that pages never overlap.
ORDERS = {
    "name": (Lower("name").asc(), F("id").asc()),
    "-name": (Lower("name").desc(), F("id").desc()),
    "email": (F("email").asc(), F("id").asc()),
    "-email": (F("email").desc(), F("id").desc()),
    "-last_sign_in": (F("last_login").desc(nulls_last=True), F("id").desc()),
    "last_sign_in": (F("last_login").asc(nulls_first=True), F("id").asc()),
}
SORTS = (
    ("name", "Name, A to Z"),
    ("-name", "Name, Z to A"),
    ("email", "E-mail, A to Z"),
    ("-email", "E-mail, Z to A"),
    ("-last_sign_in", "Last sign-in, newest first"),
    ("last_sign_in", "Last sign-in, oldest first"),
)


@dataclass(frozen=True)
class Filters:
    """What was asked for; empty where nothing was, or nothing that there is.

    `group_name` is as it was typed; `group` is None where the account has no such group.
    """

    words: str = ""
    role: str = ""
    status: str = ""
    group_name: str = ""
    group: Group | None = None
    columns: tuple[tuple[UserColumn, str], ...] = ()
    sort: str = "name"

    @property
    def used(self) -> int:
        """How many of them are in use."""
        return sum(bool(value) for value in (self.words, self.role, self.status, self.group)) + len(self.columns)

    @property
    def chosen(self) -> dict[str, str]:
        """The chosen value of each extension column that is filtered by, by its slug."""
        return {column.slug: value for column, value in self.columns}


def filters_of(request: HttpRequest, account: Account) -> Filters:
    """What the page's address asks for; what is unknown is left out."""
    group_name = query_text(request, "group", longest=200)
    return Filters(
        words=query_text(request, "q", longest=200),
        role=_known(request, "role", dict(ROLES)),
        status=_known(request, "status", dict(STATUSES)),
        group_name=group_name,
        group=Group.objects.filter(account=account, name__iexact=group_name).first() if group_name else None,
        columns=tuple(
            (column, value)
            for column in user_columns()
            if (value := _known(request, column.slug, dict(column.choices())))
        ),
        sort=_known(request, "sort", ORDERS) or "name",
    )


def _known(request: HttpRequest, name: str, values: Collection[str]) -> str:
    given = query_text(request, name, longest=60)
    return given if given in values else ""


def people(account: Account, filters: Filters) -> QuerySet[User]:
    """The people who were asked for, unordered; everyone who is not deactivated where no status was."""
    found = User.objects.filter(_with_status(filters.status), account=account)
    for word in filters.words.split()[:WORDS_AT_MOST]:
        found = found.filter(Q(name__icontains=word) | Q(email__icontains=word))
    if filters.role:
        found = found.filter(_with_role(filters.role))
    if filters.group is not None:
        found = found.filter(memberships__group=filters.group)
    for column, value in filters.columns:
        found = found.filter(column.condition(value))
    return found


def in_order(found: QuerySet[User], sort: str) -> QuerySet[User]:
    """The people in one of the orders."""
    return found.order_by(*ORDERS[sort])


def _with_status(status: str) -> Q:
    if status == EVERYONE:
        return Q()
    return CONDITIONS[Status(status)] if status else Q(is_active=True)


def _with_role(role: str) -> Q:
    if role == GROUP_ADMIN:
        return Q(Exists(Membership.objects.filter(user=OuterRef("pk"), is_admin=True)))
    return Q(role=role)
