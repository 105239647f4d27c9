"""The order of an account's groups: priority 1 counts first, and there are no gaps."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F, Max
from django.http import HttpRequest

from accounts import audit
from accounts.extensions import run_consequences
from accounts.models import Account, AuditAction, Group, Membership, User
from accounts.tiered_settings import revision


def moved(ids: Sequence[int], group_id: int, position: int) -> list[int]:
    """The ids with this one at the position, counted from 1; positions beyond the ends are the ends. Pure."""
    others = [other for other in ids if other != group_id]
    index = max(position, 1) - 1
    return [*others[:index], group_id, *others[index:]]


def passed(ids: Sequence[int], group_id: int, position: int) -> list[int]:
    """The groups that it would overtake, or that would overtake it; none where it is not among them. Pure."""
    if group_id not in ids:
        return []
    index = ids.index(group_id)
    new_index = moved(ids, group_id, position).index(group_id)
    return list(ids[new_index:index] if new_index < index else ids[index + 1 : new_index + 1])


def ids_in_order(account: Account) -> list[int]:
    """The groups of the account, the one that counts first in front."""
    return list(Group.objects.filter(account=account).order_by("priority").values_list("pk", flat=True))


def position_of(group: Group) -> int:
    """Where it stands among the account's groups, counted from 1."""
    return Group.objects.filter(account=group.account_id, priority__lte=group.priority).count()


def renumber(account: Account, ids: Sequence[int]) -> None:
    """Give the groups the priorities 1, 2, 3 in this order: four statements, however many they are.

    The database looks at each row's priority at once, not when the statement ends. So all that change first step
    aside, behind every number in use.
    """
    known = dict(Group.objects.filter(account=account).values_list("pk", "priority"))
    changed = [Group(pk=pk, priority=wanted) for wanted, pk in enumerate(ids, start=1) if known[pk] != wanted]
    if not changed:
        return
    groups = Group.objects.filter(account=account)
    aside = max(groups.aggregate(last=Max("priority"))["last"], len(ids)) + 1
    groups.filter(pk__in=[group.pk for group in changed]).update(priority=F("priority") + aside)
    Group.objects.bulk_update(changed, ["priority"])


def concerned_by_move(group: Group, position: int) -> list[int]:
    """The people whose settings may change: they are in the group and in one that it passes."""
    crossed = passed(ids_in_order(group.account), group.pk, position)
    both = Membership.objects.filter(group=group, user__memberships__group__in=crossed)
    return list(both.order_by("user_id").values_list("user_id", flat=True).distinct())


@transaction.atomic
def move(
    group: Group, position: int, *, actor: User, seen: int | None = None, request: HttpRequest | None = None
) -> dict[int, str]:
    """Put the group at this position, counted from 1; answers what happened to whom.

    Raises StaleError, or Group.DoesNotExist where it was deleted meanwhile.
    """
    account = group.account
    revision.lock(account, seen=seen, actor=actor)
    before = Group.objects.get(pk=group.pk).priority
    people = concerned_by_move(group, position)
    renumber(account, moved(ids_in_order(account), group.pk, position))
    group.refresh_from_db(fields=["priority"])
    if group.priority == before:
        return {}
    audit.record(
        AuditAction.GROUPS_REORDERED,
        account=account,
        actor=actor,
        target=group,
        before={"priority": before},
        after={"priority": group.priority},
        request=request,
    )
    revision.advance(account)
    return run_consequences(account, people, actor=actor, reason=f"New priority of {group.name}")
