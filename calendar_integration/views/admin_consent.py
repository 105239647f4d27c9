"""Where Microsoft sends an Office 365 admin back to who was asked to agree on behalf of the company."""

import logging

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.paths import checked_path
from accounts.references import new_reference
from calendar_integration.authorization import admin_consent as journey
from calendar_integration.company_consent import consent_links
from calendar_integration.models import ACTIVE_STATES, AdminConsentAttempt, AdminConsentOutcome, Connection
from calendar_integration.views import consent_browser
from calendar_integration.views.answers import session_ended, unknown_answer
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
@login_not_required  # so that no state is copied into the address of a sign-in page; consent links need no user
def admin_consent(request: HttpRequest) -> HttpResponse:
    """Take the answer; after a report the person's own authorization follows, unless they are connected."""
    user = request.user if isinstance(request.user, User) else None
    attempt = journey.complete(user, consent_browser.key_of(request), request.GET.dict())
    if attempt is None:
        return _unmatched(request, user)
    logger.info("admin consent %s of user %s ended: %s", attempt.reference, attempt.user_id, attempt.outcome)
    if attempt.link is not None:
        return consent_browser.quietly(redirect("consent_link_result", consent_links.signed(attempt.link)))
    return _result(request, attempt)


def _result(request: HttpRequest, attempt: AdminConsentAttempt) -> HttpResponse:
    if attempt.outcome != AdminConsentOutcome.REPORTED or attempt.user is None:
        messages.warning(request, _nothing_happened(attempt))
        company = reverse("calendar_integration")
        return redirect(company if attempt.next_path == company else "profile")
    messages.success(request, THANKS)
    next_path = checked_path(attempt.next_path, "/meetings/")
    if Connection.objects.filter(user=attempt.user, state__in=ACTIVE_STATES).exists():
        return redirect(next_path)
    return to_authorize(request, attempt.user, next_path)


def _unmatched(request: HttpRequest, user: User | None) -> HttpResponse:
    """An answer that belongs to nothing this person or browser began: late, replayed, or somebody else's."""
    if user is not None:
        return unknown_answer(request)
    if journey.is_of_a_person(request.GET.get("state", "")):
        return session_ended(request)
    reference = new_reference()
    logger.warning("a browser brought an answer to no open admin consent, reference %s", reference)
    context = {"reference": reference}
    page = render(request, "calendar_integration/consent_link/unmatched.html", context, status=400)
    return consent_browser.quietly(page)


def _nothing_happened(attempt: AdminConsentAttempt) -> str:
    return f"{NOTHING[AdminConsentOutcome(attempt.outcome)]} Reference {attempt.reference}"
