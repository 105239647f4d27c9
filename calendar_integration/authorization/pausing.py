"""When the way to Microsoft is not worth sending people on, and when it is again: the pause, and its end.

Nobody is sent round in circles while their company plainly has not agreed, and nobody who was turned away for that
stays out once it has.
"""

from datetime import datetime, timedelta

from django.db.models import Max, Q

from calendar_integration.company_consent import consent_requests
from calendar_integration.company_consent.consent_state import PROPAGATING
from calendar_integration.models import (
    AuthorizationAttempt,
    CalendarService,
    Connection,
    ConnectionState,
    ConsentState,
    Outcome,
)

PAUSE = timedelta(hours=24)
CANCELS_THAT_PAUSE = 3
REFUSALS_AGAINST_PROOF = 2  # people; one alone may have asked for something else than Atrium did
PLAINLY_REFUSED = Q(outcome=Outcome.CONSENT_REQUIRED, refused_by_microsoft=True)
GAVE_UP = (Outcome.DECLINED, Outcome.CONSENT_REQUIRED)


def may_resume(connection: Connection, service: CalendarService) -> bool:
    """Whether somebody who was sent back for want of an admin's consent has it by now, and has not tried since.

    What kept them then is no answer of theirs, so that being asked once has not been used up by it.
    """
    waits = connection.state == ConnectionState.BLOCKED_BY_ADMIN or consent_requests.of(connection.user) is not None
    known_since = (service.consent_reported_at, service.consent_changed_at, service.consent_for_everyone_at)
    moments = [moment for moment in known_since if moment]
    if not waits or not service.is_agreed:
        return False
    return not AuthorizationAttempt.objects.filter(user=connection.user_id, started_at__gt=max(moments)).exists()


def is_paused(account_id: int, now: datetime) -> bool:
    """Whether the tenant plainly needs consent: Microsoft said so itself, or three people gave up and nobody connected.

    What a browser brings says little more than a cancel, even consent_required: anybody can type it.
    Looks at the last 24 hours, and only at what came after somebody connected, or an admin's consent was reported;
    what Microsoft says in the half hour after such a report does not count against it.
    """
    attempts = AuthorizationAttempt.objects.filter(account_id=account_id, ended_at__gt=now - PAUSE)
    last_success = attempts.filter(outcome=Outcome.CONNECTED).aggregate(at=Max("ended_at"))["at"]
    if last_success:
        attempts = attempts.filter(ended_at__gt=last_success)
    service = CalendarService.objects.filter(account_id=account_id).first()
    if service and service.consent_reported_at:
        attempts = attempts.filter(ended_at__gt=service.consent_reported_at + PROPAGATING)
    refused = attempts.filter(PLAINLY_REFUSED).values("user").distinct().count()
    is_confirmed = service is not None and service.consent_state == ConsentState.CONFIRMED and service.is_agreed
    if refused >= (REFUSALS_AGAINST_PROOF if is_confirmed else 1):
        return True
    people = attempts.filter(outcome__in=GAVE_UP).values("user").distinct()
    return people.count() >= CANCELS_THAT_PAUSE


def is_consent_refused_since(account_id: int, moment: datetime) -> bool:
    """Whether Microsoft itself has asked for consent after this moment."""
    return AuthorizationAttempt.objects.filter(PLAINLY_REFUSED, account_id=account_id, ended_at__gt=moment).exists()
