"""The rows that fit the filters. Nothing here counts: a log may have millions of rows."""

from django.db.models import Q, QuerySet

from accounts.audit_log import people_and_groups
from accounts.audit_log.filters import Filters
from accounts.models import Account, AuditEvent


def matching(account: Account, filters: Filters) -> QuerySet[AuditEvent]:
    """Everything in the account's log that fits. Raises people_and_groups.TooManyError."""
    conditions = Q(account=account) & filters.conditions()
    if filters.action:
        conditions &= Q(action=filters.action)
    if filters.who:
        conditions &= _by(people_and_groups.actors(account, filters.who))
    if filters.target:
        conditions &= _to(people_and_groups.targets(account, filters.target))
    return AuditEvent.objects.filter(conditions)


def _by(actors: people_and_groups.Actors) -> Q:
    people = Q(actor_id__in=actors.ids)
    return people | Q(actor_id=None, actor_label__icontains=actors.label_part) if actors.label_part else people


def _to(targets: dict[str, tuple[int, ...]]) -> Q:
    fitting = Q(pk__in=[])
    for kind, ids in targets.items():
        fitting |= Q(target_type=kind, target_id__in=ids)
    return fitting
