"""An admin's consent as Microsoft reports it: what it changes, and when a repeated report says nothing new."""

from datetime import datetime, timedelta

from accounts import audit
from accounts.models import AuditAction
from calendar_integration.authorization import pausing
from calendar_integration.company_consent import consent_requests, consent_state
from calendar_integration.models import AdminConsentAttempt, AdminConsentOutcome, CalendarService, ConsentState

STANDS = timedelta(hours=24)  # so long a second report says nothing new
KNOWN_GOOD = (ConsentState.REPORTED, ConsentState.CONFIRMED)


def take(service: CalendarService, attempt: AdminConsentAttempt, now: datetime) -> None:
    """Believe the attempt as far as it goes, in the transaction in which service and attempt are locked.

    It lifts the pause of the prompt and tells those who wait, unless an earlier report says the same.
    """
    if _stands(service, attempt, now):
        return
    before = consent_state.Consent.of(service)
    after = consent_state.advance(before, consent_state.Reported(now))
    consent_state.write(service, after)
    by_link = {"link": attempt.link.pk, "link_of": attempt.link.created_by} if attempt.link else {}
    audit.record(
        AuditAction.ADMIN_CONSENT_REPORTED,
        account=attempt.account,
        actor=attempt.user or audit.NOBODY,
        target=service,
        before=consent_state.facts(before),
        after={**consent_state.facts(after), "permissions": attempt.permissions.in_words(), **by_link},
        reference=attempt.reference,
    )
    consent_requests.resume(attempt.account)


def _stands(service: CalendarService, attempt: AdminConsentAttempt, now: datetime) -> bool:
    """Whether an earlier report still says the same, so that a repeated one lifts no pause and tells nobody again.

    A callback is easily typed. It counts anew after a day, for other permissions, where somebody has asked for it
    since, or once Microsoft itself has.
    """
    reported_at = service.consent_reported_at
    if service.consent_state not in KNOWN_GOOD or reported_at is None or reported_at <= now - STANDS:
        return False
    if consent_requests.waiting(attempt.account).filter(asked_at__gt=reported_at).exists():
        return False
    if pausing.is_consent_refused_since(service.account_id, reported_at + consent_state.PROPAGATING):
        return False
    return _is_for_the_same(attempt)


def _is_for_the_same(attempt: AdminConsentAttempt) -> bool:
    reports = AdminConsentAttempt.objects.filter(account=attempt.account, outcome=AdminConsentOutcome.REPORTED)
    before = reports.exclude(pk=attempt.pk).order_by("-ended_at").first()
    return before is None or before.permissions == attempt.permissions
