"""Adoption and freshness of an account, or of somebody's groups: numbers for two pictures, in two queries."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q, QuerySet

from accounts.models import AuditAction, AuditEvent, User
from accounts.permissions import managed_people
from calendar_integration.health.pictures import Bar, Column, bars, columns
from calendar_integration.health.standing import FRESH_AGES, READ, TROUBLE, Age, Standing, age, standing
from calendar_integration.models import ACTIVE_STATES

WEEKS = 8
STOPPED = (Standing.NEEDS_REAUTHORIZATION, Standing.MAILBOX_UNSUPPORTED)


@dataclass(frozen=True)
class Summary:
    """`connected` of `people` have a mailbox that is held; `ages` are of those that are read, `trouble` is whoever
    needs attention. Times are in UTC."""

    people: int
    connected: int
    ages: dict[Age, int] = field(default_factory=dict)
    stopped: int = 0
    trouble: int = 0
    weeks: tuple[tuple[datetime, int], ...] = ()

    @property
    def mailboxes(self) -> int:
        """How many mailboxes somebody expects to be up to date."""
        return sum(self.ages.values()) + self.stopped

    @property
    def fresh(self) -> int:
        """How many are up to date."""
        return sum(self.ages.get(each, 0) for each in FRESH_AGES)

    @property
    def freshness(self) -> tuple[Bar, ...]:
        """The picture of the ages, the freshest at the left."""
        parts = [(each.value, str(each.label), self.ages.get(each, 0)) for each in Age]
        return bars([*parts, ("stopped", "Stopped until a person acts", self.stopped)])

    @property
    def adoption(self) -> tuple[Column, ...]:
        """The picture of the weeks."""
        return columns(self.weeks, self.people)

    @property
    def is_growing(self) -> bool:
        """Whether the weeks differ, so that they are worth a picture."""
        return len({number for _, number in self.weeks}) > 1


def of(viewer: User, now: datetime) -> Summary:
    """The numbers of everyone this person is responsible for."""
    people = managed_people(viewer).filter(is_active=True)
    known = people.annotate(standing=standing(now, "connection__")).annotate(age=age(now, "connection__"))
    groups = list(known.order_by().values_list("standing", "age").annotate(number=Count("pk")))
    connected = _number(groups, READ)
    return Summary(
        people=sum(number for _, _, number in groups),
        connected=connected,
        ages={each: sum(number for how, old, number in groups if how in READ and old == each) for each in Age},
        stopped=_number(groups, STOPPED),
        trouble=_number(groups, TROUBLE),
        weeks=_weeks(people, connected, now),
    )


def _number(groups: Sequence[tuple[str, str, int]], standings: Collection[str]) -> int:
    """How many stand in one of these ways."""
    return sum(number for how, _, number in groups if how in standings)


def _weeks(people: QuerySet[User], connected: int, now: datetime) -> tuple[tuple[datetime, int], ...]:
    """How many of those who are connected now had connected for the first time by the end of each of some weeks.

    The audit log says when that was; of whom it no longer knows, that was before.
    """
    ends = [now - timedelta(weeks=number) for number in reversed(range(WEEKS))]
    here = people.filter(connection__state__in=ACTIVE_STATES)
    rows = AuditEvent.objects.filter(account__in=people.values("account")[:1], action=AuditAction.CONNECTED)
    first = rows.filter(target_type="user", target_id__in=here.values("pk")).values("target_id").annotate(at=Min("at"))
    late = first.order_by().aggregate(
        **{f"after_{number}": Count("target_id", filter=Q(at__gt=end)) for number, end in enumerate(ends)}
    )
    return tuple((end, connected - late[f"after_{number}"]) for number, end in enumerate(ends))
