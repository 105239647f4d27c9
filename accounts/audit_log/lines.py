"""A row of the log as people read it."""

from collections.abc import Iterator, Mapping
from typing import Any

from accounts.audit_log import words
from accounts.models import AuditAction, AuditEvent
from accounts.tiered_settings import registry

TARGETS = {
    "user": "User",
    "group": "Group",
    "account": "Account",
    "connection": "Connection",
    "identityprovider": "Identity provider",
    "calendarservice": "Calendar service",
    "serviceproviderkey": "Certificate",
    "providerdraft": "Single sign-on",
}


class Line:
    """What a template shows of an event; made of the row alone, without a query."""

    def __init__(self, event: AuditEvent) -> None:
        self.event = event
        self.action = dict(AuditAction.choices).get(event.action, event.action)
        self.target_kind = TARGETS.get(event.target_type, event.target_type.capitalize())
        self.changes = tuple(changes(event))


def changes(event: AuditEvent) -> Iterator[words.Change]:
    """What changed; settings by their title and in their own words."""
    before, after = _mapping(event.before), _mapping(event.after)
    if event.action.startswith("setting.") and ("key" in before or "key" in after):
        before, after = _of_setting(before), _of_setting(after)
        if not before.get("locked") and not after.get("locked"):
            before.pop("locked", None)
            after.pop("locked", None)
    return words.changes(before, after)


def _of_setting(side: Mapping[str, Any]) -> dict[str, Any]:
    """What a setting's row says, by the words of its definition where there still is one."""
    try:
        definition = registry.get(str(side.get("key")))
    except registry.UnknownSettingError:
        return dict(side)
    said: dict[str, Any] = {"setting": definition.title}
    if side.get("inherited"):
        said["value"] = "inherited"
    elif "value" in side:
        said["value"] = definition.kind.in_words(side["value"])
    return said | {name: part for name, part in side.items() if name not in ("key", "value", "inherited")}


def _mapping(side: Any) -> dict[str, Any]:
    return side if isinstance(side, dict) else {"value": side}
