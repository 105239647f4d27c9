"""Reading and writing what has been set: any number of settings of a person in one query."""

from collections import defaultdict
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from accounts import audit
from accounts.models import Account, AuditAction, Group, SettingValue, User
from accounts.tiered_settings import registry
from accounts.tiered_settings.definitions import Tier
from accounts.tiered_settings.resolution import Answer, Row, resolve

Target = Account | Group | User


class Refusal(StrEnum):
    """Why a write was refused."""

    LOCKED_ABOVE = "locked_above"
    NOT_ON_THIS_TIER = "not_on_this_tier"


class RefusedError(Exception):
    """A write that may not be; `refusal` says why, `by` is the row that stands in the way, if one does."""

    def __init__(self, refusal: Refusal, by: Row | None = None) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal
        self.by = by


def effective(user: User, keys: Iterable[str]) -> dict[str, Answer]:
    """The value that counts for this person, with its reasons, for each setting: one query."""
    wanted = list(keys)
    concerned = Q(tier=Tier.ACCOUNT) | Q(group__memberships__user=user) | Q(user=user)
    values = SettingValue.objects.filter(concerned, account=user.account_id, key__in=wanted).select_related("group")
    rows: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for value in values:
        rows[value.key][value.tier].append(row_of(value))
    return {key: _resolved(key, rows[key]) for key in wanted}


def _resolved(key: str, rows: dict[str, list[Row]]) -> Answer:
    account, user = (next(iter(rows[tier]), None) for tier in (Tier.ACCOUNT, Tier.USER))
    return resolve(registry.get(key).default, account=account, groups=rows[Tier.GROUP], user=user)


@transaction.atomic
def set_value(target: Target, key: str, value: Any, *, actor: User | str) -> None:
    """Set a value on the tier of its target, audited, and raise the account's settings revision.

    Raises UnknownSettingError, ImpossibleValueError, or RefusedError where a lock above forbids it, which holds for
    owners too: they unlock first.
    """
    definition = registry.get(key)
    tier, account = tier_of(target), account_of(target)
    stored = definition.kind.check(value)
    if tier not in definition.tiers:
        raise RefusedError(Refusal.NOT_ON_THIS_TIER)
    # Everyone who writes settings of an account passes here one after the other: what was read stays true.
    Account.objects.select_for_update().get(pk=account.pk)
    _refuse_below_a_lock(target, key)
    before = SettingValue.objects.filter(**_address(target), key=key).first()
    SettingValue.objects.update_or_create(
        **_address(target), key=key, defaults={"value": stored, "set_by": str(actor)[:200]}
    )
    Account.objects.filter(pk=account.pk).update(settings_revision=F("settings_revision") + 1)
    audit.record(
        AuditAction.SETTING_CHANGED,
        account=account,
        actor=actor,
        target=target,
        before={"key": key, "value": before.value if before else None},
        after={"key": key, "value": stored},
    )


def _refuse_below_a_lock(target: Target, key: str) -> None:
    if isinstance(target, Account):
        return
    if isinstance(target, User):
        lock = effective(target, [key])[key].locked_by
    else:
        above = SettingValue.objects.filter(account=target.account_id, tier=Tier.ACCOUNT, key=key, locked=True).first()
        lock = row_of(above) if above else None
    if lock is not None:
        raise RefusedError(Refusal.LOCKED_ABOVE, lock)


def tier_of(target: Target) -> Tier:
    """The tier of an account, a group or a person."""
    if isinstance(target, Account):
        return Tier.ACCOUNT
    return Tier.GROUP if isinstance(target, Group) else Tier.USER


def account_of(target: Target) -> Account:
    """The account it belongs to."""
    return target if isinstance(target, Account) else target.account


def _address(target: Target) -> dict[str, Any]:
    """What identifies the target's rows."""
    tier = tier_of(target)
    by_tier = {} if tier is Tier.ACCOUNT else {tier.value: target}
    return {"account": account_of(target), "tier": tier, **by_tier}


def row_of(value: SettingValue) -> Row:
    """A stored value as the resolution takes it."""
    return Row(
        tier=Tier(value.tier),
        value=value.value,
        locked=value.locked,
        name=value.group.name if value.group else "",
        priority=value.group.priority if value.group else 0,
        reason=value.reason,
        set_by=value.set_by,
        set_at=value.set_at,
    )
