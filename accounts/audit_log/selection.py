"""The rows that fit the filters, and pages of them. Nothing here counts: a log may have millions of rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from accounts.audit_log import people_and_groups
from accounts.audit_log.filters import Filters
from accounts.models import Account, AuditEvent

PER_PAGE = 50


@dataclass(frozen=True)
class Page:
    """Rows, newest first; `newer` and `older` are the ids that the pages beside this one continue from, if any."""

    events: Sequence[AuditEvent]
    newer: int | None
    older: int | None


def matching(account: Account, filters: Filters) -> QuerySet[AuditEvent]:
    """Everything in the account's log that fits. Raises people_and_groups.TooManyError."""
    conditions = Q(account=account)
    if filters.action:
        conditions &= Q(action=filters.action)
    if filters.who:
        conditions &= _by(people_and_groups.actors(account, filters.who))
    if filters.target:
        conditions &= _to(people_and_groups.targets(account, filters.target))
    if filters.since:
        conditions &= Q(at__gte=filters.since)
    if filters.until:
        conditions &= Q(at__lt=filters.until)
    if filters.reference:
        conditions &= Q(reference=filters.reference)
    return AuditEvent.objects.filter(conditions)


def page(events: QuerySet[AuditEvent], *, before: int | None = None, after: int | None = None) -> Page:
    """The newest rows, those before an id, or those after one, which are the newest again where they fill no page."""
    if after is not None:
        above = list(events.filter(pk__gt=after).order_by("pk")[: PER_PAGE + 1])
        if len(above) > PER_PAGE:
            shown = above[PER_PAGE - 1 :: -1]
            return Page(shown, newer=shown[0].pk, older=shown[-1].pk)
        before = None
    below = events if before is None else events.filter(pk__lt=before)
    found = list(below.order_by("-pk")[: PER_PAGE + 1])
    shown = found[:PER_PAGE]
    is_more = len(found) > PER_PAGE
    newer = None if before is None else (shown[0].pk if shown else before - 1)
    return Page(shown, newer=newer, older=shown[-1].pk if is_more else None)


def _by(actors: people_and_groups.Actors) -> Q:
    people = Q(actor_id__in=actors.ids)
    return people | Q(actor_id=None, actor_label__icontains=actors.label_part) if actors.label_part else people


def _to(targets: dict[str, tuple[int, ...]]) -> Q:
    fitting = Q(pk__in=[])
    for kind, ids in targets.items():
        fitting |= Q(target_type=kind, target_id__in=ids)
    return fitting
