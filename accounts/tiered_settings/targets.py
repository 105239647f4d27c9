"""What a value can be set on: an account, a group or a person."""

from collections.abc import Collection
from typing import Any

from accounts.models import Account, Group, Membership, User
from accounts.tiered_settings.definitions import Tier

Target = Account | Group | User


def tier_of(target: Target) -> Tier:
    """The tier of an account, a group or a person."""
    if isinstance(target, Account):
        return Tier.ACCOUNT
    return Tier.GROUP if isinstance(target, Group) else Tier.USER


def account_of(target: Target) -> Account:
    """The account it belongs to."""
    return target if isinstance(target, Account) else target.account


def address(target: Target) -> dict[str, Any]:
    """What identifies the target's rows."""
    tier = tier_of(target)
    by_tier = {} if tier is Tier.ACCOUNT else {tier.value: target}
    return {"account": account_of(target), "tier": tier, **by_tier}


def people_below(target: Target) -> Collection[int] | None:
    """The ids of those whose settings it takes part in deciding; None for everyone in the account."""
    if isinstance(target, Account):
        return None
    if isinstance(target, User):
        return [target.pk]
    return list(Membership.objects.filter(group=target).values_list("user_id", flat=True))
