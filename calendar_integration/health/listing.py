"""The query side of the Connections page: whose connections, in which order. Never events or contacts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Lower
from django.http import HttpRequest

from accounts.models import Group, User
from accounts.permissions import managed_groups, managed_people
from accounts.requests import query_text
from calendar_integration.health import words
from calendar_integration.health.standing import TROUBLE, Standing, standing
from calendar_integration.health.told import told
from calendar_integration.models import Stream

NUMBER = IntegerField()
WORDS_AT_MOST = 10
TROUBLE_ONLY, EVERYONE = "trouble", "everyone"
STATES = ((TROUBLE_ONLY, "Needs attention"), *Standing.choices, (EVERYONE, "Everyone"))

# The id makes every order total, so that pages never overlap.
ORDERS = {
    "name": (Lower("name").asc(), F("id").asc()),
    "-name": (Lower("name").desc(), F("id").desc()),
    "synced": (F("connection__last_good_sync_at").asc(nulls_first=True), F("id").asc()),
    "-synced": (F("connection__last_good_sync_at").desc(nulls_last=True), F("id").desc()),
    "since": (F("connection__failing_since").asc(nulls_last=True), F("id").asc()),
    "-since": (F("connection__failing_since").desc(nulls_last=True), F("id").desc()),
    "next": (F("connection__next_attempt_at").asc(nulls_last=True), F("id").asc()),
    "-next": (F("connection__next_attempt_at").desc(nulls_last=True), F("id").desc()),
}
SORTS = (
    ("name", "Name, A to Z"),
    ("-name", "Name, Z to A"),
    ("synced", "Last good sync, oldest first"),
    ("-synced", "Last good sync, newest first"),
    ("since", "Failing for longest"),
    ("-since", "Failing since, newest first"),
    ("next", "Next try, soonest first"),
    ("-next", "Next try, latest first"),
)


@dataclass(frozen=True)
class Filters:
    """What was asked for; empty where nothing was, or nothing that there is."""

    words: str = ""
    state: str = ""
    error: str = ""
    group_name: str = ""
    group: Group | None = None
    sort: str = "name"

    @property
    def used(self) -> int:
        """How many of them are in use."""
        return sum(bool(value) for value in (self.words, self.state, self.error, self.group))


def filters_of(request: HttpRequest, viewer: User) -> Filters:
    """What the page's address asks for; what is unknown is left out."""
    group_name = query_text(request, "group", longest=200)
    return Filters(
        words=query_text(request, "q", longest=200),
        state=_known(request, "state", dict(STATES)),
        error=_known(request, "error", dict(words.CHOICES)),
        group_name=group_name,
        group=managed_groups(viewer).filter(name__iexact=group_name).first() if group_name else None,
        sort=_known(request, "sort", ORDERS) or "name",
    )


def _known(request: HttpRequest, name: str, values: Collection[str]) -> str:
    given = query_text(request, name, longest=60)
    return given if given in values else ""


def people(viewer: User, filters: Filters, now: datetime) -> QuerySet[User]:
    """The people of these groups or this account who were asked for, unordered, each with their `standing` and `told`.

    Where no state was asked for that is everyone who has, or had, a connection.
    """
    found = managed_people(viewer).filter(is_active=True).annotate(standing=standing(now, "connection__"))
    found = found.annotate(told=told(now, "connection__"))
    for word in filters.words.split()[:WORDS_AT_MOST]:
        found = found.filter(Q(name__icontains=word) | Q(email__icontains=word))
    if filters.group is not None:
        found = found.filter(memberships__group=filters.group)
    if filters.error:
        found = found.filter(connection__failure_kind=filters.error)
    return found.filter(_with_state(filters.state))


def in_order(found: QuerySet[User], sort: str) -> QuerySet[User]:
    """The people in one of the orders, each with their connection."""
    return with_connections(found).order_by(*ORDERS[sort])


def with_connections(found: QuerySet[User]) -> QuerySet[User]:
    """The people, each with their connection, and with how many items of their mailbox could not be read."""
    streams = Stream.objects.filter(connection__user=OuterRef("pk")).order_by().values("connection")
    counted = streams.annotate(number=Sum(Func("unreadable", function="jsonb_array_length", output_field=NUMBER)))
    return (
        found.select_related("connection")
        .defer("connection__token_cache")
        .annotate(unreadable=Coalesce(Subquery(counted.values("number")), 0))
    )


def _with_state(state: str) -> Q:
    if state == EVERYONE:
        return Q()
    if state == TROUBLE_ONLY:
        return Q(standing__in=TROUBLE)
    return Q(standing=state) if state else ~Q(standing=Standing.NONE)
