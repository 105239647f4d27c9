"""Consent on behalf of the company: an Office 365 admin's journey to Microsoft and back.

It is begun by somebody who is signed in, or by a browser that opened a consent link. What comes back proves nothing:
it makes the company's consent "reported", and the first token that works confirms it.
"""

import hashlib
import secrets
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.models import Account, User
from accounts.tiered_settings.reading import standing
from calendar_integration.authorization import consent_report
from calendar_integration.authorization.attempts import TooManyAttemptsError
from calendar_integration.authorization.consent import CannotConnectError
from calendar_integration.availability import availability_of
from calendar_integration.company_consent import agreement, consent_links
from calendar_integration.models import (
    AdminConsentAttempt,
    AdminConsentOutcome,
    CalendarService,
    ConsentLink,
)
from calendar_integration.models.authorization import LIFETIME
from calendar_integration.setting_definitions import CONSENT

REFUSALS = ("access_denied", "consent_required")
MOST_OF_A_PERSON, MOST_OF_A_LINK, MOST_WITHIN = 20, 60, timedelta(hours=1)
KEPT = timedelta(days=90)
DELETED_TOGETHER = 5000


class NotOfferedError(Exception):
    """They are no administrator, and the account's setting does not let others agree on its behalf."""


class LinkGoneError(Exception):
    """The link has expired, was revoked, or there is no service to agree to any more."""


def is_offered(account: Account) -> bool:
    """Whether people of the account may agree on its behalf: one query."""
    return bool(standing(account, [CONSENT.key])[CONSENT.key].value)


def may_begin(user: User) -> bool:
    """Whether this person may: administrators always, others where the account's setting says so."""
    return user.is_account_admin or is_offered(user.account)


def begin(user: User, next_path: str) -> str:
    """Start an attempt; answers the address at Microsoft.

    Raises NotOfferedError, CannotConnectError, TooManyAttemptsError, or UnavailableError where Microsoft cannot be
    reached.
    """
    if not may_begin(user):
        raise NotOfferedError
    availability = availability_of(user)
    service = availability.service
    if availability.obstacle or service is None or service.tenant_id is None:
        raise CannotConnectError(availability)
    _refuse_if_too_many(Q(user=user), MOST_OF_A_PERSON)
    attempt = AdminConsentAttempt(account=user.account, user=user, next_path=next_path)
    attempt.permissions = agreement.wanted(service)
    return _leave(attempt, service.tenant_id)


def begin_by_link(link: ConsentLink, browser_key: str) -> str:
    """Start an attempt that only the browser with this key can end; answers the address at Microsoft.

    Raises LinkGoneError, TooManyAttemptsError, or UnavailableError.
    """
    service = consent_links.service_for(link)
    if service is None or service.tenant_id is None:
        raise LinkGoneError
    _refuse_if_too_many(Q(link=link), MOST_OF_A_LINK)
    attempt = AdminConsentAttempt(account=link.account, link=link, browser_digest=digest(browser_key), next_path="/")
    attempt.permissions = link.permissions
    return _leave(attempt, service.tenant_id)


def digest(browser_key: str) -> str:
    """What is kept of a browser's key."""
    return hashlib.sha256(browser_key.encode()).hexdigest()


@transaction.atomic
def complete(user: User | None, browser_key: str, query: Mapping[str, str]) -> AdminConsentAttempt | None:
    """Take Microsoft's answer; answers the attempt it ended, or None where there is none it could be for.

    A state that is unknown, another person's or browser's, used or too old changes nothing.
    """
    now = timezone.now()
    rows = AdminConsentAttempt.objects.select_for_update(of=("self",)).select_related("account", "link", "user")
    state = query.get("state", "").replace("\0", "")
    attempt = rows.filter(state=state, ended_at=None, started_at__gt=now - LIFETIME).first()
    if attempt is None or not _is_theirs(attempt, user, browser_key):
        return None
    service = CalendarService.objects.ready().select_for_update().filter(account=attempt.account).first()
    may_report = service is not None and _may_still(attempt, now)
    attempt.outcome, attempt.ended_at = outcome_of(query, service.tenant_id if service else None), now
    attempt.save(update_fields=["outcome", "ended_at"])
    if service and may_report and attempt.outcome == AdminConsentOutcome.REPORTED:
        consent_report.take(service, attempt, now)
    return attempt


def outcome_of(query: Mapping[str, str], tenant_id: uuid.UUID | None) -> AdminConsentOutcome:
    """What an answer means for the account of this tenant. Errors come first: they say admin_consent=True as well."""
    if query.get("error"):
        return AdminConsentOutcome.DECLINED if query["error"] in REFUSALS else AdminConsentOutcome.ERROR
    if tenant_id is None or query.get("tenant", "").lower() != str(tenant_id):
        return AdminConsentOutcome.WRONG_TENANT
    agreed = query.get("admin_consent", "").lower() == "true"
    return AdminConsentOutcome.REPORTED if agreed else AdminConsentOutcome.ERROR


def is_of_a_person(state: str) -> bool:
    """Whether somebody who was signed in began with this state."""
    return AdminConsentAttempt.objects.filter(state=state.replace("\0", ""), user__isnull=False).exists()


def last_of_browser(link: ConsentLink, browser_key: str) -> AdminConsentAttempt | None:
    """How the browser with this key last came back by this link, if it was lately."""
    ended = AdminConsentAttempt.objects.filter(link=link, ended_at__gt=timezone.now() - MOST_WITHIN)
    return ended.filter(browser_digest=digest(browser_key)).order_by("-ended_at").first()


def delete_old() -> int:
    """Delete attempts of more than 90 days ago; answers how many."""
    old = AdminConsentAttempt.objects.filter(started_at__lt=timezone.now() - KEPT).order_by("started_at")
    return AdminConsentAttempt.objects.filter(
        pk__in=list(old.values_list("pk", flat=True)[:DELETED_TOGETHER])
    ).delete()[0]


def _refuse_if_too_many(whose: Q, most: int) -> None:
    recent = AdminConsentAttempt.objects.filter(whose, started_at__gt=timezone.now() - MOST_WITHIN)
    if recent.count() >= most:
        raise TooManyAttemptsError


def _leave(attempt: AdminConsentAttempt, tenant_id: uuid.UUID) -> str:
    """Keep the attempt, once it is known where Microsoft is."""
    attempt.state = secrets.token_urlsafe(32)
    permissions = agreement.of_row(attempt, attempt.account)
    address = agreement.microsoft_address(tenant_id, permissions, attempt.state)
    attempt.save()
    return address


def _may_still(attempt: AdminConsentAttempt, now: datetime) -> bool:
    """Whether who began may still agree: people lose their role, and links run out, while somebody is at Microsoft."""
    if attempt.user is not None:
        return attempt.user.is_active and may_begin(attempt.user)
    return attempt.link is not None and attempt.link.expires_at > now


def _is_theirs(attempt: AdminConsentAttempt, user: User | None, browser_key: str) -> bool:
    if attempt.link is None:
        return user is not None and attempt.user_id == user.pk
    return attempt.link.revoked_at is None and constant_time_compare(attempt.browser_digest, digest(browser_key))
