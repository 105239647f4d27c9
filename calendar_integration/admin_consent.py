"""Consent on behalf of the company: an administrator's journey to Microsoft and back.

https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
What comes back proves nothing. It makes the company's consent "reported"; the first token that works confirms it.
"""

import secrets
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.models import Account, AuditAction, User
from accounts.tiered_settings.reading import standing
from calendar_integration import prompt, scopes, tenants
from calendar_integration.availability import availability_of, company_permissions
from calendar_integration.consent import CannotConnectError
from calendar_integration.models import AdminConsentAttempt, AdminConsentOutcome, CalendarService, ConsentState
from calendar_integration.models.authorization import LIFETIME
from calendar_integration.setting_definitions import CONSENT

ALSO_ASKED = ("openid", "profile", "offline_access")  # what a person's own authorization asks for besides
REFUSALS = ("access_denied", "consent_required")
REPORT_STANDS = timedelta(hours=24)  # so long a second one says nothing new


class NotOfferedError(Exception):
    """The account's setting does not let people agree on behalf of the company."""


def is_offered(account: Account) -> bool:
    """Whether people of the account may agree on its behalf: one query."""
    return bool(standing(account, [CONSENT.key])[CONSENT.key].value)


def begin(user: User, next_path: str) -> str:
    """Start an attempt; answers the address at Microsoft.

    Raises NotOfferedError, CannotConnectError, or UnavailableError where Microsoft cannot be reached.
    """
    if not is_offered(user.account):
        raise NotOfferedError
    availability = availability_of(user)
    if availability.obstacle or availability.service is None or availability.service.tenant_id is None:
        raise CannotConnectError(availability)
    origin = tenants.sign_in_origin(availability.service.tenant_id)
    attempt = AdminConsentAttempt(account=user.account, user=user, state=secrets.token_urlsafe(32), next_path=next_path)
    attempt.permissions = company_permissions(user.account, availability.permissions)
    attempt.save()
    query = {
        "client_id": settings.MS_CLIENT_ID,
        "scope": " ".join([*scopes.in_full(attempt.permissions), *ALSO_ASKED]),
        "redirect_uri": redirect_uri(),
        "state": attempt.state,
    }
    return f"{origin}/{availability.service.tenant_id}/v2.0/adminconsent?{urlencode(query)}"


def redirect_uri() -> str:
    """Where Microsoft sends administrators back to; it must be registered with exactly this spelling."""
    return settings.PORTAL_URL + reverse("office365_admin_consent")


@transaction.atomic
def complete(user: User, query: Mapping[str, str]) -> AdminConsentAttempt | None:
    """Take Microsoft's answer; answers the attempt it ended, or None where there is none it could be for.

    A state that is unknown, another person's, used or too old changes nothing.
    """
    open_attempts = AdminConsentAttempt.objects.select_for_update(of=("self",)).select_related("account")
    attempt = open_attempts.filter(
        user=user,
        state=query.get("state", "").replace("\0", ""),
        ended_at=None,
        started_at__gt=timezone.now() - LIFETIME,
    ).first()
    if attempt is None:
        return None
    service = CalendarService.objects.select_for_update().filter(account=attempt.account).first()
    attempt.outcome = outcome_of(query, service.tenant_id if service else None)
    attempt.ended_at = timezone.now()
    attempt.save(update_fields=["outcome", "ended_at"])
    if service and attempt.outcome == AdminConsentOutcome.REPORTED and not _stands(service, attempt.ended_at):
        _report(service, attempt, user)
    return attempt


def outcome_of(query: Mapping[str, str], tenant_id: uuid.UUID | None) -> AdminConsentOutcome:
    """What an answer means for the account of this tenant. Errors come first: they say admin_consent=True as well."""
    if query.get("error"):
        return AdminConsentOutcome.DECLINED if query["error"] in REFUSALS else AdminConsentOutcome.ERROR
    if tenant_id is None or query.get("tenant", "").lower() != str(tenant_id):
        return AdminConsentOutcome.WRONG_TENANT
    agreed = query.get("admin_consent", "").lower() == "true"
    return AdminConsentOutcome.REPORTED if agreed else AdminConsentOutcome.ERROR


def _stands(service: CalendarService, now: datetime) -> bool:
    """Whether an earlier report still says the same, so that a repeated one lifts no pause and tells nobody again.

    A callback is easily typed. It counts anew after a day, or once Microsoft itself has asked for consent since.
    """
    reported_at = service.consent_reported_at
    if service.consent_state == ConsentState.UNKNOWN or reported_at is None or reported_at <= now - REPORT_STANDS:
        return False
    return not prompt.is_consent_refused_since(service.account_id, reported_at + prompt.PROPAGATING)


def _report(service: CalendarService, attempt: AdminConsentAttempt, user: User) -> None:
    before = service.consent_state
    if before == ConsentState.UNKNOWN:  # what a token has confirmed stays confirmed
        service.consent_state = ConsentState.REPORTED
    service.consent_reported_at = attempt.ended_at
    service.save(update_fields=["consent_state", "consent_reported_at"])
    audit.record(
        AuditAction.ADMIN_CONSENT_REPORTED,
        account=attempt.account,
        actor=user,
        target=service,
        before={"consent": before},
        after={"consent": service.consent_state, "permissions": attempt.permissions.in_words()},
        reference=attempt.reference,
    )
