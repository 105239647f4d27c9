"""Changes of the mapping in the audit log."""

from typing import Any

from django.http import HttpRequest

from accounts import audit
from accounts.models import Account, AuditAction, User
from sso.models import MappingRule


def described(rule: MappingRule, place: int | None = None) -> dict[str, Any]:
    """A rule for the audit log. Where it stands, unless that is given, is read anew: others may have moved it."""
    gives = {"group": rule.group.name} if rule.group else {"role": rule.role}
    if place is None:
        place = MappingRule.objects.filter(pk=rule.pk).values_list("position", flat=True).get()
    return {"rule": f"{rule.attribute} {rule.get_match_display()} “{rule.value}”", **gives, "place": place}


def record(
    account: Account,
    actor: User,
    request: HttpRequest | None,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Remember a change of the mapping, in its transaction."""
    audit.record(
        AuditAction.MAPPING_CHANGED,
        account=account,
        actor=actor,
        target=account,
        before=before,
        after=after,
        request=request,
    )
