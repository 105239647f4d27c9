"""Mapping rules that name a group go with it, and the audit log says so."""

from dataclasses import dataclass

from django.http import HttpRequest

from accounts import audit
from accounts.audit import Entry
from accounts.models import AuditAction, Group, User
from sso.mapping.auditing import described
from sso.mapping.writing import ids_in_order, renumber
from sso.models import MappingRule


@dataclass(frozen=True)
class MappingRules:
    """The rules of single sign-on that place people in a group."""

    def words(self, group: Group) -> str:
        """How many there are."""
        number = MappingRule.objects.filter(group=group).count()
        if not number:
            return ""
        rules = "1 mapping rule that places" if number == 1 else f"{number} mapping rules that place"
        return f"{rules} people here at single sign-on {'goes' if number == 1 else 'go'} too."

    def end(self, group: Group, *, actor: User | str, request: HttpRequest | None) -> None:
        """Delete them; those behind them move up. Five statements, however many they are."""
        rules = list(MappingRule.objects.filter(group=group).select_related("group").order_by("position"))
        if not rules:
            return
        reason = f"{group.name} was deleted"
        entries = [
            Entry(AuditAction.MAPPING_CHANGED, group.account, before=described(rule, rule.position), reason=reason)
            for rule in rules
        ]
        MappingRule.objects.filter(group=group).delete()
        renumber(group.account, ids_in_order(group.account))
        audit.record_many(entries, account=group.account, actor=actor, request=request)
