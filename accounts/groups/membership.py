"""Who is in a group, and who runs it."""

from collections.abc import Collection

from django.db import transaction
from django.http import HttpRequest

from accounts import audit
from accounts.extensions import run_consequences
from accounts.groups.errors import MemberIsAdminError, NotAMemberError
from accounts.models import AuditAction, Group, Membership, User
from accounts.tiered_settings import revision


@transaction.atomic
def add(
    group: Group, person: User, *, actor: User, seen: int | None = None, request: HttpRequest | None = None
) -> dict[int, str]:
    """Take a person of the same account into the group; answers what happened to whom.

    Nothing happens where they are in it already. Raises StaleError, Group.DoesNotExist where it was deleted
    meanwhile, and ValueError for somebody of another account.
    """
    if person.account_id != group.account_id:
        raise ValueError("people are in groups of their own account only")
    revision.lock(group.account, seen=seen, actor=actor)
    group.refresh_from_db(fields=["name"])
    _membership, is_new = Membership.objects.get_or_create(group=group, user=person)
    if not is_new:
        return {}
    audit.record(
        AuditAction.MEMBER_ADDED,
        account=group.account,
        actor=actor,
        target=person,
        after={"groups": [group.name]},
        request=request,
    )
    revision.advance(group.account)
    return run_consequences(group.account, [person.pk], actor=actor, reason=f"Joined {group.name}")


@transaction.atomic
def remove(
    group: Group, person: User, *, actor: User, seen: int | None = None, request: HttpRequest | None = None
) -> dict[int, str]:
    """Take a person out of the group; answers what happened to whom.

    Raises StaleError, NotAMemberError, and MemberIsAdminError where the person runs the group and the actor does not
    manage the account: otherwise group admins could depose each other.
    """
    revision.lock(group.account, seen=seen, actor=actor)
    membership = _membership(group, person)
    if membership.is_admin and not actor.is_account_admin:
        raise MemberIsAdminError
    membership.delete()
    audit.record(
        AuditAction.MEMBER_REMOVED,
        account=group.account,
        actor=actor,
        target=person,
        before={"groups": [group.name], "group_admin": membership.is_admin},
        request=request,
    )
    revision.advance(group.account)
    return run_consequences(group.account, [person.pk], actor=actor, reason=f"Left {group.name}")


@transaction.atomic
def place(
    person: User,
    *,
    joins: Collection[int],
    leaves: Collection[int],
    actor: User | str,
    reason: str,
    request: HttpRequest | None = None,
) -> dict[int, str]:
    """Take a person into groups and out of others at once, by their ids; answers what happened to whom.

    What it means for their settings counts when all of it is done: on the way they may be in groups whose locks they
    never were to meet. Ids of other accounts, and of groups that were deleted meanwhile, are passed over; a group that
    is joined and left is joined.
    """
    revision.lock(person.account, actor=actor)
    entries = [*_left(person, set(leaves) - set(joins)), *_joined(person, joins)]
    if not entries:
        return {}
    audit.record_many(entries, account=person.account, actor=actor, request=request)
    revision.advance(person.account)
    return run_consequences(person.account, [person.pk], actor=actor, reason=reason)


def _joined(person: User, group_ids: Collection[int]) -> list[audit.Entry]:
    groups = Group.objects.filter(account=person.account_id, pk__in=group_ids).exclude(memberships__user=person)
    missing = list(groups.order_by("priority"))
    Membership.objects.bulk_create(Membership(group=group, user=person) for group in missing)
    names = [group.name for group in missing]
    return [audit.Entry(AuditAction.MEMBER_ADDED, person, after={"groups": names})] if names else []


def _left(person: User, group_ids: Collection[int]) -> list[audit.Entry]:
    held = Membership.objects.filter(user=person, group__in=group_ids, group__account=person.account_id)
    going = list(held.select_related("group").order_by("group__priority"))
    Membership.objects.filter(pk__in=[membership.pk for membership in going]).delete()
    return [
        audit.Entry(
            AuditAction.MEMBER_REMOVED,
            person,
            before={"groups": [membership.group.name], "group_admin": membership.is_admin},
        )
        for membership in going
    ]


@transaction.atomic
def set_admin(group: Group, person: User, is_admin: bool, *, actor: User, request: HttpRequest | None = None) -> None:
    """Let a member run the group, or no longer. Nobody's settings change. Raises NotAMemberError."""
    revision.lock(group.account, actor=actor)
    membership = _membership(group, person)
    if membership.is_admin == is_admin:
        return
    membership.is_admin = is_admin
    membership.save(update_fields=["is_admin"])
    audit.record(
        AuditAction.GROUP_ADMIN_CHANGED,
        account=group.account,
        actor=actor,
        target=person,
        before={"group": group.name, "group_admin": not is_admin},
        after={"group": group.name, "group_admin": is_admin},
        request=request,
    )


def _membership(group: Group, person: User) -> Membership:
    try:
        return Membership.objects.get(group=group, user=person)
    except Membership.DoesNotExist as error:
        raise NotAMemberError from error
