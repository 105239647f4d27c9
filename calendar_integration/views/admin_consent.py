"""Where Microsoft sends an administrator back to who was asked to agree on behalf of the company."""

import logging

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.paths import checked_path
from calendar_integration import admin_consent as journey
from calendar_integration.models import ACTIVE_STATES, AdminConsentAttempt, AdminConsentOutcome, Connection
from calendar_integration.views.connection import session_ended, unknown_answer
from calendar_integration.views.leaving import to_authorize

logger = logging.getLogger(__name__)

THANKS = "Microsoft reports that you agreed for the whole company. It counts for everyone within half an hour."
NOTHING = {
    AdminConsentOutcome.DECLINED: "Nothing was agreed for the company: somebody pressed Cancel at Microsoft.",
    AdminConsentOutcome.WRONG_TENANT: "Nothing was recorded: that was the Office 365 of another organisation.",
    AdminConsentOutcome.ERROR: "Nothing was recorded: Microsoft's answer could not be used. Trying again often helps.",
}


@require_GET
@never_cache
@login_not_required  # so that no state is copied into the address of a sign-in page
def admin_consent(request: HttpRequest) -> HttpResponse:
    """Take the answer; after a report the person's own authorization follows, unless they are connected."""
    if not isinstance(request.user, User):
        return session_ended(request)
    attempt = journey.complete(request.user, request.GET.dict())
    if attempt is None:
        return unknown_answer(request)
    logger.info("admin consent %s of user %s ended: %s", attempt.reference, request.user.pk, attempt.outcome)
    if attempt.outcome != AdminConsentOutcome.REPORTED:
        messages.warning(request, _nothing_happened(attempt))
        return redirect("profile")
    messages.success(request, THANKS)
    next_path = checked_path(attempt.next_path, "/meetings/")
    if Connection.objects.filter(user=request.user, state__in=ACTIVE_STATES).exists():
        return redirect(next_path)
    return to_authorize(request, request.user, next_path)


def _nothing_happened(attempt: AdminConsentAttempt) -> str:
    return f"{NOTHING[AdminConsentOutcome(attempt.outcome)]} Reference {attempt.reference}"
