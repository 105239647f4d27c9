"""Creating, changing and deleting groups."""

from typing import Any

from django.db import transaction
from django.db.models import Max, Value
from django.db.models.functions import Lower
from django.http import HttpRequest

from accounts import audit
from accounts.extensions import group_ends, run_consequences
from accounts.groups import order
from accounts.groups.errors import NameTakenError
from accounts.models import Account, AuditAction, Group, Membership, SettingValue, User
from accounts.tiered_settings import revision


@transaction.atomic
def create(
    account: Account,
    name: str,
    *,
    actor: User,
    description: str = "",
    position: int | None = None,
    request: HttpRequest | None = None,
) -> Group:
    """A new group, behind all others or at this position. It is empty, so that nobody's settings change.

    Raises NameTakenError.
    """
    revision.lock(account, actor=actor)
    _refuse_taken_name(account, name)
    last = Group.objects.filter(account=account).aggregate(last=Max("priority"))["last"] or 0
    group = Group.objects.create(account=account, name=name, description=description, priority=last + 1)
    if position is not None:
        order.renumber(account, order.moved(order.ids_in_order(account), group.pk, position))
        group.refresh_from_db(fields=["priority"])
    after = {**described(group), "priority": group.priority}
    audit.record(AuditAction.GROUP_CREATED, account=account, actor=actor, target=group, after=after, request=request)
    revision.advance(account)  # others have moved behind it: what somebody is looking at is old
    return group


@transaction.atomic
def change(group: Group, *, name: str, description: str, actor: User, request: HttpRequest | None = None) -> None:
    """Another name or description. Raises NameTakenError, or Group.DoesNotExist where it was deleted meanwhile."""
    revision.lock(group.account, actor=actor)
    group.refresh_from_db(fields=["name", "description"])
    before = described(group)
    if before == {"name": name, "description": description}:
        return
    _refuse_taken_name(group.account, name, but=group)
    group.name, group.description = name, description
    group.save(update_fields=["name", "description"])
    audit.record(
        AuditAction.GROUP_CHANGED,
        account=group.account,
        actor=actor,
        target=group,
        before=before,
        after=described(group),
        request=request,
    )


@transaction.atomic
def delete(group: Group, *, actor: User, seen: int | None = None, request: HttpRequest | None = None) -> dict[int, str]:
    """Delete the group with all that belongs to it; its people stay. Answers what happened to whom.

    Raises StaleError, or Group.DoesNotExist where somebody else deleted it.
    """
    account = group.account
    revision.lock(account, seen=seen, actor=actor)
    group = Group.objects.select_related("account").get(pk=group.pk)
    people = member_ids(group)
    own = SettingValue.objects.filter(group=group).order_by("key").values("key", "value", "locked")
    before = {**described(group), "priority": group.priority, "members": len(people), "settings": list(own)}
    audit.record(AuditAction.GROUP_DELETED, account=account, actor=actor, target=group, before=before, request=request)
    group_ends(group, actor=actor, request=request)
    Group.objects.filter(pk=group.pk).delete()
    order.renumber(account, order.ids_in_order(account))
    revision.advance(account)
    return run_consequences(account, people, actor=actor, reason=f"{group.name} was deleted")


def member_ids(group: Group) -> list[int]:
    """The ids of its people."""
    return list(Membership.objects.filter(group=group).order_by("user_id").values_list("user_id", flat=True))


def described(group: Group) -> dict[str, Any]:
    """What people call it, for the audit log."""
    return {"name": group.name, "description": group.description}


def _refuse_taken_name(account: Account, name: str, but: Group | None = None) -> None:
    """Everyone who names a group of the account has passed its lock: what is free here stays free."""
    same = Group.objects.filter(account=account).alias(low=Lower("name")).filter(low=Lower(Value(name)))
    if (same.exclude(pk=but.pk) if but else same).exists():
        raise NameTakenError
