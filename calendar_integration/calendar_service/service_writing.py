"""How a change of the company's calendar service is written: under its lock, if it still is as it was seen, audited."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.models import Account, AuditAction, User
from accounts.tiered_settings import revision
from calendar_integration.models import CalendarService


class StaleServiceError(Exception):
    """Somebody changed, added or removed the service since it was looked at; nothing was written."""


def version(service: CalendarService) -> str:
    """What a form or a confirmation was made with; another one later says that somebody changed the service."""
    parts = (service.pk, service.tenant_id, service.method, service.calendar_access, service.contact_access)
    return "-".join(str(part) for part in parts)


def locked(account: Account, *, actor: User, seen: str | None) -> CalendarService:
    """The service, in the caller's transaction, in which nobody else changes it, connects or is disconnected.

    Raises StaleServiceError where it is gone or not as it was seen, and PermissionDenied where the actor may no more.
    """
    revision.lock(account, actor=actor)
    service = CalendarService.objects.select_for_update().filter(account=account).first()
    if service is None or (seen is not None and version(service) != seen):
        raise StaleServiceError
    return service


def audited(service: CalendarService) -> dict[str, Any]:
    """What the audit log keeps of it."""
    return {
        "tenant_id": str(service.tenant_id or ""),
        "tenant_domain": service.tenant_domain,
        "permissions": service.permissions.in_words(),
        "people_can_connect": service.is_enabled,
        "consent": str(service.consent_state),
    }


@transaction.atomic
def changed(
    account: Account, change: Callable[[CalendarService], None], *, actor: User, seen: str | None, request: HttpRequest
) -> CalendarService:
    """Apply `change` to the locked service and write what differs, with its audit row; nothing where nothing does."""
    service = locked(account, actor=actor, seen=seen)
    before = audited(service)
    change(service)
    after = audited(service)
    if after != before:
        service.save()
        differing = [name for name in after if before[name] != after[name]]
        was, is_now = ({name: values[name] for name in differing} for values in (before, after))
        record(service, was, is_now, actor, request)
    return service


def take_over(service: CalendarService, columns: Mapping[str, Any]) -> None:
    """Set these columns; where the state of consent changes, also since when it is so."""
    if columns.get("consent_state", service.consent_state) != service.consent_state:
        service.consent_changed_at = timezone.now()
    for name, value in columns.items():
        setattr(service, name, value)


def record(
    service: CalendarService,
    before: dict[str, Any],
    after: dict[str, Any],
    actor: User | str,
    request: HttpRequest | None,
) -> None:
    """Write to the audit log what it was and what it is now."""
    audit.record(
        AuditAction.CALENDAR_SERVICE_CONFIGURED,
        account=service.account,
        actor=actor,
        target=service,
        before=before,
        after=after,
        request=request,
    )
