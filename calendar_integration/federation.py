"""Whether the account's identity provider signs people in at Microsoft too: what an admin says of it.

Until somebody was authorized without being asked (CalendarService.federation_shown_at) an admin's word has to do.
"""

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.models import Account, AuditAction, User
from calendar_integration.models import CalendarService


class NoServiceError(Exception):
    """The account has no calendar service yet, so that there is no tenant to be federated with."""


@transaction.atomic
def attest(account: Account, *, actor: User, request: HttpRequest) -> None:
    """Keep an admin's word that the identity provider is federated with Entra. Raises NoServiceError."""
    service = _locked(account)
    if service.federation_attested_at is None:
        _write(service, actor, request, is_attested=True)


@transaction.atomic
def take_back(account: Account, *, actor: User, request: HttpRequest) -> None:
    """Forget that word; what a sign-in has shown stays. Raises NoServiceError."""
    service = _locked(account)
    if service.federation_attested_at is not None:
        _write(service, actor, request, is_attested=False)


def _locked(account: Account) -> CalendarService:
    service = CalendarService.objects.select_for_update().filter(account=account).first()
    if service is None:
        raise NoServiceError
    return service


def _write(service: CalendarService, actor: User, request: HttpRequest, *, is_attested: bool) -> None:
    service.federation_attested_at = timezone.now() if is_attested else None
    service.federation_attested_by = str(actor)[:200] if is_attested else ""
    service.save(update_fields=["federation_attested_at", "federation_attested_by"])
    audit.record(
        AuditAction.FEDERATION_ATTESTED,
        account=service.account,
        actor=actor,
        target=service,
        before={"attested": not is_attested},
        after={"attested": is_attested},
        request=request,
    )
