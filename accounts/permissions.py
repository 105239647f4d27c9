"""Who may do what. Another account's things do not exist (404); one's own account's may be closed (403)."""

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from accounts.models import Account, Group, Membership, Role, User
from accounts.requests import signed_in_user


def require_admin(request: HttpRequest) -> User:
    """The owner or admin asking. Raises PermissionDenied for anybody else."""
    user = signed_in_user(request)
    if not user.is_account_admin:
        raise PermissionDenied
    return user


def managed_groups(user: User) -> QuerySet[Group]:
    """The groups they run: all of the account for owners and admins, else those they are group admin of."""
    groups = Group.objects.filter(account=user.account_id)
    return groups if user.is_account_admin else groups.filter(memberships__user=user, memberships__is_admin=True)


def managed_people(user: User) -> QuerySet[User]:
    """The people they are responsible for: the account's for owners and admins, else the members of their groups."""
    people = User.objects.filter(account=user.account_id)
    if user.is_account_admin:
        return people
    return people.filter(pk__in=Membership.objects.filter(group__in=managed_groups(user)).values("user"))


def require_manager(request: HttpRequest) -> User:
    """An owner or admin, or somebody who runs a group. Raises PermissionDenied for anybody else."""
    user = signed_in_user(request)
    if not user.is_account_admin and not managed_groups(user).exists():
        raise PermissionDenied
    return user


def require_group_manager(request: HttpRequest, group_id: int) -> tuple[User, Group]:
    """The person asking and a group they run.

    Raises Http404 where their account has no such group, and PermissionDenied where somebody else runs it.
    """
    user = signed_in_user(request)
    group = get_object_or_404(Group.objects.select_related("account"), account=user.account_id, pk=group_id)
    if not managed_groups(user).filter(pk=group.pk).exists():
        raise PermissionDenied
    return user, group


def person_of_account(user: User, person_id: int) -> User:
    """Somebody of the same account. Raises Http404."""
    return get_object_or_404(User.objects.select_related("account"), account=user.account_id, pk=person_id)


def may_change_person(actor: User, person: User) -> bool:
    """Whether they may change, deactivate or invite this person: owners everyone, admins everyone but owners."""
    if actor.account_id != person.account_id or not actor.is_account_admin:
        return False
    return actor.role == Role.OWNER or person.role != Role.OWNER


def assignable_roles(actor: User) -> list[Role]:
    """The roles they may give: only an owner makes owners."""
    if not actor.is_account_admin:
        return []
    return list(Role) if actor.role == Role.OWNER else [Role.ADMIN, Role.MEMBER]


def may_edit_settings(actor: User, target: Account | Group | User) -> bool:
    """Whether they may set what is set on this account, group or person."""
    if isinstance(target, User):
        return actor.pk == target.pk or may_change_person(actor, target)
    if isinstance(target, Group):
        return managed_groups(actor).filter(pk=target.pk).exists()
    return actor.is_account_admin and actor.account_id == target.pk


def may_explain(actor: User, person: User) -> bool:
    """Whether they may see why a setting is as it is for this person: admins for anyone, everyone for themselves."""
    return actor.account_id == person.account_id and (actor.is_account_admin or actor.pk == person.pk)
