"""Writing what the mapping says of somebody: their role and their groups, audited, only where they differ."""

from django.db import transaction
from django.http import HttpRequest

from accounts import directory
from accounts.groups import membership
from accounts.models import Membership, Role, User
from accounts.tiered_settings import revision
from sso.mapping import Placement

REASON = "Attribute mapping at single sign-on"


def place(user: User, wanted: Placement, *, actor: str, request: HttpRequest | None = None) -> None:
    """Give the person the mapped role and groups in one transaction. Where nothing differs, nothing is written.

    The last owner stays owner, whatever is mapped. `actor` is the label of the identity provider.
    """
    current = current_groups(user, wanted)
    joins, leaves = wanted.joins(current), wanted.leaves(current)
    other_role = wanted.role is not None and wanted.role != user.role
    if not (other_role or joins or leaves):
        return
    with transaction.atomic():
        revision.lock(user.account)
        if wanted.role is not None:
            _change_role(user, Role(wanted.role), actor, request)
        membership.place(user, joins=joins, leaves=leaves, actor=actor, reason=REASON, request=request)


def current_groups(user: User, wanted: Placement) -> frozenset[int]:
    """Those of the governed groups that the person is in: one query, or none where no group is governed."""
    if not wanted.groups_governed:
        return frozenset()
    memberships = Membership.objects.filter(user=user, group__in=wanted.groups_governed)
    return frozenset(memberships.values_list("group_id", flat=True))


def _change_role(user: User, role: Role, actor: str, request: HttpRequest | None) -> None:
    try:
        directory.change_role(user, role, actor=actor, request=request)
    except directory.LastOwnerError:
        return
