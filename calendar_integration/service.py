"""The company's calendar service: added, changed, switched, removed. Each change is audited in its own transaction."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.models import Account, AuditAction, User
from accounts.tiered_settings import revision
from calendar_integration import agreed, consent_requests
from calendar_integration.integration_setting import Permissions
from calendar_integration.models import CalendarService, ConsentState
from calendar_integration.tenants import Tenant

NOTHING_KNOWN: dict[str, Any] = {
    "consent_state": ConsentState.UNKNOWN,
    "consent_reported_at": None,
    "consent_for_everyone_at": None,
    "missing_scopes": "",
    "tenant_confirmed_at": None,
    "federation_attested_at": None,
    "federation_attested_by": "",
    "federation_shown_at": None,
}


class StaleServiceError(Exception):
    """Somebody changed, added or removed the service since it was looked at; nothing was written."""


def of_account(account: Account) -> CalendarService | None:
    """The account's service, if it has one: one query."""
    return CalendarService.objects.filter(account=account.pk).first()


def version(service: CalendarService) -> str:
    """What a form or a confirmation was made with; another one later says that somebody changed the service."""
    parts = (service.pk, service.tenant_id, service.method, service.calendar_access, service.contact_access)
    return "-".join(str(part) for part in parts)


@transaction.atomic
def add(
    account: Account, permissions: Permissions, tenant: Tenant, *, actor: User | str, request: HttpRequest | None = None
) -> CalendarService:
    """The first and only service of the account. Raises StaleServiceError where there is one by now."""
    revision.lock(account, actor=actor)
    if CalendarService.objects.filter(account=account).exists():
        raise StaleServiceError
    service = CalendarService(
        account=account, added_by=str(actor)[:200], tenant_id=tenant.id, tenant_domain=tenant.domain
    )
    service.permissions = permissions
    service.save()
    _record(service, {}, audited(service), actor, request)
    return service


def change_permissions(
    account: Account, permissions: Permissions, *, actor: User, seen: str, request: HttpRequest
) -> CalendarService:
    """What the company is asked to agree to from now on. Raises StaleServiceError.

    Nobody is disconnected: what people authorize is decided by the account's settings.
    """

    def change(service: CalendarService) -> None:
        known = agreed.after_change(agreed.of_service(service), permissions)
        if known.state is ConsentState.CONFIRMED != service.consent_state and service.consent_for_everyone_at:
            consent_requests.resume(account)
        service.permissions = permissions
        _take_over(service, {"consent_state": known.state, "missing_scopes": known.missing_scopes})

    return _changed(account, change, actor=actor, seen=seen, request=request)


def change_tenant(account: Account, tenant: Tenant, *, actor: User, seen: str, request: HttpRequest) -> CalendarService:
    """Send people to another tenant from now on; nothing is known of its consent. Raises StaleServiceError.

    Nobody is disconnected: mailboxes of the tenant before are read until their owners authorize again.
    """

    def change(service: CalendarService) -> None:
        is_another = service.tenant_id != tenant.id
        service.tenant_id, service.tenant_domain = tenant.id, tenant.domain
        _take_over(service, NOTHING_KNOWN if is_another else {})

    return _changed(account, change, actor=actor, seen=seen, request=request)


def switch(account: Account, is_enabled: bool, *, actor: User, request: HttpRequest) -> CalendarService:
    """Let people connect through it, or not for now. Raises StaleServiceError where it was removed."""

    def change(service: CalendarService) -> None:
        service.is_enabled = is_enabled

    return _changed(account, change, actor=actor, seen=None, request=request)


@transaction.atomic
def configure(account: Account, tenant: Tenant) -> CalendarService:
    """What an operator's command does: the tenant is set, and the service added where there is none."""
    revision.lock(account)
    service = CalendarService.objects.select_for_update().filter(account=account).first()
    if service is None:
        return add(account, Permissions(), tenant, actor=audit.OPERATOR)
    before, is_another = audited(service), service.tenant_id != tenant.id
    service.tenant_id, service.tenant_domain = tenant.id, tenant.domain
    _take_over(service, NOTHING_KNOWN if is_another else {})
    service.save()
    _record(service, before, audited(service), audit.OPERATOR, None)
    return service


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
def _changed(
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
        _record(service, was, is_now, actor, request)
    return service


def _take_over(service: CalendarService, columns: Mapping[str, Any]) -> None:
    """Set these columns; where the state of consent changes, also since when it is so."""
    if columns.get("consent_state", service.consent_state) != service.consent_state:
        service.consent_changed_at = timezone.now()
    for name, value in columns.items():
        setattr(service, name, value)


def _record(
    service: CalendarService,
    before: dict[str, Any],
    after: dict[str, Any],
    actor: User | str,
    request: HttpRequest | None,
) -> None:
    audit.record(
        AuditAction.CALENDAR_SERVICE_CONFIGURED,
        account=service.account,
        actor=actor,
        target=service,
        before=before,
        after=after,
        request=request,
    )
