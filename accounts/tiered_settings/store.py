"""The one way to change what has been set: checked, refused below a lock, audited, and with its consequences."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from accounts import audit, extensions
from accounts.models import AuditAction, SettingValue, User
from accounts.tiered_settings import registry, revision
from accounts.tiered_settings.definitions import Tier
from accounts.tiered_settings.kinds import ImpossibleValueError
from accounts.tiered_settings.reading import effective, standing
from accounts.tiered_settings.resolution import Row
from accounts.tiered_settings.targets import Target, account_of, address, people_below, tier_of
from accounts.tiered_settings.writing import WRITERS, Action, before_of

__all__ = [
    "Action",
    "Change",
    "Refusal",
    "RefusedError",
    "apply",
    "effective",
    "set_value",
]


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


@dataclass(frozen=True)
class Change:
    """What somebody wants: to set a value, lock, unlock, reset to inherited, or reset everything below."""

    target: Target
    key: str
    action: Action
    value: Any = None
    reason: str = ""


AUDITED = {
    Action.SET: AuditAction.SETTING_CHANGED,
    Action.LOCK: AuditAction.SETTING_LOCKED,
    Action.UNLOCK: AuditAction.SETTING_UNLOCKED,
    Action.RESET: AuditAction.SETTING_RESET,
    Action.RESET_BELOW: AuditAction.SETTING_RESET_BELOW,
}


def set_value(target: Target, key: str, value: Any, *, actor: User | str) -> None:
    """Set a value on the tier of its target; see apply."""
    apply(Change(target, key, Action.SET, value), actor=actor)


@transaction.atomic
def apply(
    change: Change, *, actor: User | str, seen: int | None = None, request: HttpRequest | None = None
) -> dict[int, str]:
    """Make the change; answers what else happened to whom, in words.

    Raises UnknownSettingError, ImpossibleValueError, RefusedError where the tier does not have the setting or a lock
    above forbids it, which holds for owners too, and StaleError where `seen` is no longer the account's revision.
    What changes nothing is neither audited nor counted.
    """
    value = _checked(change)
    account = account_of(change.target)
    # Everyone who changes settings of an account passes here one after the other: what is read stays true.
    revision.lock(account, seen=seen, actor=actor)
    _refuse_below_a_lock(change.target, change.key)
    if change.action is Action.SET and (obstacle := extensions.obstacle_to(account, change.key, value)):
        raise ImpossibleValueError(obstacle)
    row = SettingValue.objects.filter(**address(change.target), key=change.key).first()
    before, after = before_of(row), WRITERS[change.action](change.target, change.key, row, value, change.reason, actor)
    if after is None:
        return {}
    revision.advance(account)
    audit.record(
        AUDITED[change.action],
        account=account,
        actor=actor,
        target=change.target,
        before={"key": change.key, **before},
        after={"key": change.key, **after},
        reason=change.reason,
        request=request,
    )
    return extensions.run_consequences(account, people_below(change.target), actor=actor, reason=change.reason)


def _checked(change: Change) -> Any:
    """The value as it is stored. Raises as apply does."""
    definition, tier = registry.get(change.key), tier_of(change.target)
    value = definition.kind.check(change.value) if change.action is Action.SET else None
    has_no_below = tier is Tier.USER or definition.tiers == {Tier.ACCOUNT}
    needs_below = change.action in (Action.LOCK, Action.UNLOCK, Action.RESET_BELOW)
    if tier not in definition.tiers or (needs_below and has_no_below):
        raise RefusedError(Refusal.NOT_ON_THIS_TIER)
    return value


def _refuse_below_a_lock(target: Target, key: str) -> None:
    lock = standing(target, [key])[key].locked_by
    if lock is not None and lock.tier is not tier_of(target):
        raise RefusedError(Refusal.LOCKED_ABOVE, lock)
