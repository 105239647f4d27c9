"""What each action writes: the rows of one tier only. Called by the store, within its transaction and its checks."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from django.db.models import Model, Q

from accounts.audit import Entry, record_many
from accounts.models import Account, AuditAction, Group, SettingValue, User
from accounts.tiered_settings.reading import standing
from accounts.tiered_settings.targets import Target, address

Written = dict[str, Any] | None
Writer = Callable[[Target, str, SettingValue | None, Any, str, User | str], Written]


class Action(StrEnum):
    """What can be done to a setting on a tier."""

    SET = "set"
    LOCK = "lock"
    UNLOCK = "unlock"
    RESET = "reset"
    RESET_BELOW = "reset-below"


def before_of(row: SettingValue | None) -> dict[str, Any]:
    """What the audit log says of a tier before a change: its value and its lock, or that it inherited."""
    return described(row.value, row.locked) if row else {"inherited": True}


def described(value: Any, locked: bool) -> dict[str, Any]:
    """A value and its lock as the audit log keeps them."""
    return {"value": value, "locked": locked}


def write_value(
    target: Target, key: str, row: SettingValue | None, value: Any, _reason: str, actor: User | str
) -> Written:
    """A value of this tier's own; its lock stays as it is."""
    if row and row.value == value:
        return None
    locked = bool(row and row.locked)
    _save(target, key, actor, value=value)
    return described(value, locked)


def write_lock(
    target: Target, key: str, row: SettingValue | None, _value: Any, reason: str, actor: User | str
) -> Written:
    """A lock; a tier that only inherits gets the value it shows as its own first."""
    if row and row.locked and row.reason == reason:
        return None
    value = row.value if row else standing(target, [key])[key].value
    _save(target, key, actor, value=value, locked=True, reason=reason)
    return described(value, True)


def write_unlock(
    target: Target, key: str, row: SettingValue | None, _value: Any, _reason: str, actor: User | str
) -> Written:
    """No lock any more; the value stays, and what it hid comes back."""
    if row is None or not row.locked:
        return None
    _save(target, key, actor, locked=False, reason="")
    return described(row.value, False)


def delete_row(
    _target: Target, _key: str, row: SettingValue | None, _value: Any, _reason: str, _actor: User | str
) -> Written:
    """Inherit from the tier above."""
    if row is None:
        return None
    row.delete()
    return {"inherited": True}


def delete_rows_below(
    target: Target, key: str, _row: SettingValue | None, _value: Any, _reason: str, actor: User | str
) -> Written:
    """Let everything below this tier inherit; the audit log keeps what each of them had."""
    below = SettingValue.objects.filter(key=key, account=address(target)["account"])
    if isinstance(target, Account):
        below = below.filter(~Q(tier="account"))
    elif isinstance(target, Group):
        below = below.filter(tier="user", user__memberships__group=target)
    rows = list(below.select_related("group", "user"))
    entries = [
        Entry(AuditAction.SETTING_RESET, _owner_of(row), {"key": key, **described(row.value, row.locked)})
        for row in rows
    ]
    record_many(entries, account=address(target)["account"], actor=actor)
    SettingValue.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return {"rows_deleted": len(rows)} if rows else None


def _owner_of(row: SettingValue) -> Model:
    return row.group or row.user or row.account


def _save(target: Target, key: str, actor: User | str, **fields: Any) -> None:
    SettingValue.objects.update_or_create(**address(target), key=key, defaults={**fields, "set_by": str(actor)[:200]})


WRITERS: dict[Action, Writer] = {
    Action.SET: write_value,
    Action.LOCK: write_lock,
    Action.UNLOCK: write_unlock,
    Action.RESET: delete_row,
    Action.RESET_BELOW: delete_rows_below,
}
