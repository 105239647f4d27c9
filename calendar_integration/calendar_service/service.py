"""The company's calendar service: added, changed, switched. Each change is audited in its own transaction."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest

from accounts import audit
from accounts.models import Account, User
from accounts.tiered_settings import revision
from calendar_integration.calendar_service.service_writing import StaleServiceError, audited, changed, record, take_over
from calendar_integration.company_consent import agreed, consent_requests
from calendar_integration.integration_setting import Permissions
from calendar_integration.models import CalendarService, ConsentState
from calendar_integration.tenants import Tenant

NOTHING_KNOWN: dict[str, Any] = {
    "consent_state": ConsentState.UNKNOWN,
    "consent_reported_at": None,
    "consent_for_everyone_at": None,
    "consent_shown_by": None,
    "missing_scopes": "",
    "tenant_confirmed_at": None,
    "federation_attested_at": None,
    "federation_attested_by": "",
    "federation_shown_at": None,
}


def of_account(account: Account) -> CalendarService | None:
    """The account's service, if it has one: one query."""
    return CalendarService.objects.filter(account=account.pk).first()


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
    record(service, {}, audited(service), actor, request)
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
        if known.state is not ConsentState.CONFIRMED:  # nobody's token has covered what is wanted now
            service.consent_shown_by = None
        take_over(service, {"consent_state": known.state, "missing_scopes": known.missing_scopes})

    return changed(account, change, actor=actor, seen=seen, request=request)


def change_tenant(account: Account, tenant: Tenant, *, actor: User, seen: str, request: HttpRequest) -> CalendarService:
    """Send people to another tenant from now on; nothing is known of its consent. Raises StaleServiceError.

    Nobody is disconnected: mailboxes of the tenant before are read until their owners authorize again.
    """

    def change(service: CalendarService) -> None:
        is_another = service.tenant_id != tenant.id
        service.tenant_id, service.tenant_domain = tenant.id, tenant.domain
        take_over(service, NOTHING_KNOWN if is_another else {})

    return changed(account, change, actor=actor, seen=seen, request=request)


def switch(account: Account, is_enabled: bool, *, actor: User, request: HttpRequest) -> CalendarService:
    """Let people connect through it, or not for now. Raises StaleServiceError where it was removed."""

    def change(service: CalendarService) -> None:
        service.is_enabled = is_enabled

    return changed(account, change, actor=actor, seen=None, request=request)


@transaction.atomic
def configure(account: Account, tenant: Tenant) -> CalendarService:
    """What an operator's command does: the tenant is set, and the service added where there is none."""
    revision.lock(account)
    service = CalendarService.objects.select_for_update().filter(account=account).first()
    if service is None:
        return add(account, Permissions(), tenant, actor=audit.OPERATOR)
    before, is_another = audited(service), service.tenant_id != tenant.id
    service.tenant_id, service.tenant_domain = tenant.id, tenant.domain
    take_over(service, NOTHING_KNOWN if is_another else {})
    service.save()
    record(service, before, audited(service), audit.OPERATOR, None)
    return service
