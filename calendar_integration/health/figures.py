"""How all mailboxes of an installation stand, in numbers for its operator: three queries, however many there are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q

from calendar_integration import clock
from calendar_integration.health.standing import READ, Age, Standing, age, standing
from calendar_integration.models import ACTIVE_STATES, Circuit, Connection
from calendar_integration.queueing import CLAIM


@dataclass(frozen=True)
class Figures:
    """Ages are those of the oldest; no mailbox, no time."""

    by_standing: Mapping[str, int]
    by_age: Mapping[str, int]
    by_kind: Mapping[str, int]
    paused_accounts: int
    oldest_sync: timedelta
    oldest_due: timedelta
    longest_queued: timedelta
    being_read: int


def of_everyone() -> Figures:
    """The numbers now."""
    now = clock.now()
    known = Connection.objects.annotate(standing=standing(now)).annotate(age=age(now)).order_by()
    groups = list(known.values_list("standing", "age", "failure_kind").annotate(number=Count("pk")))
    read = [group for group in groups if group[0] in READ]
    oldest = _oldest(now)
    return Figures(
        by_standing=_totals([each.value for each in Standing], [(name, number) for name, _, _, number in groups]),
        by_age=_totals([each.value for each in Age], [(name, number) for _, name, _, number in read]),
        by_kind=_totals([], [(kind, number) for _, _, kind, number in groups if kind]),
        paused_accounts=Circuit.objects.filter(opened_at__isnull=False).count(),
        oldest_sync=_since(oldest["synced"], now),
        oldest_due=_since(oldest["due"], now),
        longest_queued=_since(oldest["claimed"] - CLAIM if oldest["claimed"] else None, now),
        being_read=oldest["being_read"],
    )


def _totals(names: list[str], numbers: list[tuple[str, int]]) -> dict[str, int]:
    found = dict.fromkeys(names, 0)
    for name, number in numbers:
        found[name] = found.get(name, 0) + number
    return found


def _oldest(now: datetime) -> dict[str, Any]:
    """The oldest good sync, the longest due and not yet queued, the longest queued, and how many are being read."""
    read = Connection.objects.filter(state__in=ACTIVE_STATES)
    is_free = Q(lease_until=None) | Q(lease_until__lt=now)
    goes_on = Q(account__circuit=None) | Q(account__circuit__opened_at=None)
    return read.aggregate(
        synced=Min("last_good_sync_at"),
        due=Min("next_attempt_at", filter=is_free & goes_on & Q(next_attempt_at__lte=now)),
        claimed=Min("claimed_until", filter=Q(claimed_until__gt=now)),
        being_read=Count("pk", filter=Q(lease_until__gt=now)),
    )


def _since(moment: datetime | None, now: datetime) -> timedelta:
    return max(now - moment, timedelta(0)) if moment else timedelta(0)
