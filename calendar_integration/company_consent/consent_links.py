"""Links that let an Office 365 admin without a user here agree for one company.

The address carries the row's number, signed. What the link may do stands in the row: until when, for whom, to what.
"""

from dataclasses import replace
from datetime import timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.models import Account, AuditAction, User
from calendar_integration.company_consent import agreement
from calendar_integration.integration_setting import Permissions
from calendar_integration.models import CalendarService, ConsentLink

LIFETIME = timedelta(days=14)
MOST_AT_ONCE = 10  # usable links of one account
OPENED_NOTED_EVERY = timedelta(minutes=1)
KEPT = timedelta(days=90)

_signer = Signer(salt="calendar_integration.consent_link", sep="~")


class NoServiceError(Exception):
    """The company has no calendar service that somebody could agree to."""


class TooManyLinksError(Exception):
    """So many links work already that one of them has to be revoked first."""


def usable(account: Account | int) -> QuerySet[ConsentLink]:
    """The account's links that work, the newest first."""
    return of_account(account).filter(revoked_at=None, expires_at__gt=timezone.now())


def for_now(service: CalendarService) -> ConsentLink | None:
    """The newest link that works and asks for what the company wants now."""
    wanted = agreement.wanted(service)
    return next((link for link in usable(service.account_id) if asks_for(link, wanted)), None)


def asks_for(link: ConsentLink, wanted: Permissions) -> bool:
    """Whether it asks for exactly these; the Exchange server is always the one that the settings name."""
    return replace(link.permissions, ews_host="") == replace(wanted, ews_host="")


def of_account(account: Account | int) -> QuerySet[ConsentLink]:
    """All that are kept, the newest first."""
    return ConsentLink.objects.filter(account=account).order_by("-created_at", "-pk")


@transaction.atomic
def create(account: Account, actor: User | str, request: HttpRequest | None = None) -> ConsentLink:
    """A link to what the company asks for now. Raises NoServiceError and TooManyLinksError."""
    service = CalendarService.objects.ready().select_for_update(of=("self",)).filter(account=account).first()
    if service is None:
        raise NoServiceError
    if usable(account).count() >= MOST_AT_ONCE:
        raise TooManyLinksError
    link = ConsentLink(account=account, created_by=audit.label_of(actor), expires_at=timezone.now() + LIFETIME)
    link.permissions = agreement.wanted(service)
    link.save()
    _record(AuditAction.CONSENT_LINK_CREATED, link, service, actor, request)
    return link


@transaction.atomic
def revoke(link: ConsentLink, actor: User, request: HttpRequest | None = None) -> None:
    """It stops working at once, also for whoever is at Microsoft by it; revoking again changes nothing."""
    working = ConsentLink.objects.filter(pk=link.pk, revoked_at=None)
    if not working.update(revoked_at=timezone.now(), revoked_by=audit.label_of(actor)):
        return
    service = CalendarService.objects.filter(account=link.account_id).first()
    _record(AuditAction.CONSENT_LINK_REVOKED, link, service, actor, request)


def address(link: ConsentLink) -> str:
    """What is sent to the Office 365 admin."""
    return settings.PORTAL_URL + reverse("consent_link", args=[signed(link)])


def signed(link: ConsentLink) -> str:
    """Its part of the address."""
    return _signer.sign(str(link.pk))


def find(text: str) -> ConsentLink | None:
    """The link of an address, whether it still works or not; None where nobody signed this."""
    try:
        number = int(_signer.unsign(text))
    except (BadSignature, ValueError):
        return None
    return ConsentLink.objects.select_related("account").filter(pk=number).first()


def service_for(link: ConsentLink) -> CalendarService | None:
    """The service it may be used for; None where it has expired, was revoked, or the company has no service."""
    if link.revoked_at is not None or link.expires_at <= timezone.now():
        return None
    return CalendarService.objects.ready().select_related("account").filter(account=link.account_id).first()


def note_opened(link: ConsentLink) -> None:
    """Somebody looks at it; a row is written once a minute at most."""
    now = timezone.now()
    lately = Q(opened_at=None) | Q(opened_at__lt=now - OPENED_NOTED_EVERY)
    ConsentLink.objects.filter(lately, pk=link.pk).update(opened_at=now)


def forget_old() -> int:
    """Delete links that stopped working long ago, with their attempts; answers how many rows."""
    return ConsentLink.objects.filter(expires_at__lt=timezone.now() - KEPT).delete()[0]


def _record(
    action: AuditAction,
    link: ConsentLink,
    service: CalendarService | None,
    actor: User | str,
    request: HttpRequest | None,
) -> None:
    audit.record(
        action,
        account=link.account,
        actor=actor,
        target=service or link.account,
        after={
            "link": link.pk,
            "expires": link.expires_at.isoformat(timespec="minutes"),
            "permissions": link.permissions.in_words(),
        },
        request=request,
    )
