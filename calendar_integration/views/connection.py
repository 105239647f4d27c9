"""To Microsoft and back. Every way ends signed in, on a page that says what happened."""

import logging

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.models import Role, User
from accounts.paths import checked_path
from accounts.references import new_reference
from accounts.requests import query_text, signed_in_user
from calendar_integration import consent
from calendar_integration.models import (
    ACTIVE_STATES,
    AuthorizationAttempt,
    CalendarService,
    Connection,
    ConsentState,
    Outcome,
)
from calendar_integration.views.leaving import to_admin_consent, to_authorize

logger = logging.getLogger(__name__)

APPROVAL_OUTCOMES = (Outcome.CONSENT_REQUIRED, Outcome.DECLINED, Outcome.EXPIRED)


@require_GET
@never_cache
def authorize(request: HttpRequest) -> HttpResponse:
    """Leave for Microsoft, also on behalf of the company. A link leads here, since no form may leave our origin."""
    user = signed_in_user(request)
    next_path = checked_path(request.GET.get("next"), "/meetings/")
    if _comes_from_another_site(request):
        return redirect("profile")
    go = to_admin_consent if query_text(request, "for_company") else to_authorize
    return go(request, user, next_path)


@require_GET
def leave(request: HttpRequest) -> HttpResponse:
    """What the form of the profile leads to: a page that goes on to `authorize` by itself."""
    if _comes_from_another_site(request):
        return redirect("profile")
    context = {
        "next_path": checked_path(request.GET.get("next"), "/meetings/"),
        "for_company": bool(query_text(request, "for_company")),
    }
    return render(request, "calendar_integration/leave.html", context)


def _comes_from_another_site(request: HttpRequest) -> bool:
    """Another site's link must not reconnect what somebody has disconnected; the profile has the button."""
    return request.headers.get("Sec-Fetch-Site") == "cross-site"


@require_GET
@never_cache
@login_not_required  # so that no code or state is copied into the address of a sign-in page
def callback(request: HttpRequest) -> HttpResponse:
    """Where Microsoft sends people back to, with a code or with an error."""
    if not isinstance(request.user, User):
        return session_ended(request)
    attempt = consent.complete(request.user, request.GET.dict())
    if attempt is None:
        return unknown_answer(request)
    if attempt.outcome == Outcome.CONNECTED:
        messages.success(request, "Office 365 is connected.")
        return redirect(checked_path(attempt.next_path, "/meetings/"))
    return redirect("office365_outcome", attempt.reference)


def session_ended(request: HttpRequest) -> HttpResponse:
    """Somebody came back from Microsoft and is not signed in any more."""
    messages.info(request, "Your session ended while you were at Microsoft. Sign in, then connect again.")
    return redirect("sign_in")


def unknown_answer(request: HttpRequest) -> HttpResponse:
    """An answer that belongs to nothing this person began: late, replayed, or somebody else's."""
    reference = new_reference()
    logger.warning("user %s brought an answer to no open authorization, reference %s", request.user.pk, reference)
    return render(request, "calendar_integration/unknown_answer.html", {"reference": reference}, status=400)


@require_GET
def outcome(request: HttpRequest, reference: str) -> HttpResponse:
    """How one of the person's attempts ended."""
    user = signed_in_user(request)
    attempts = AuthorizationAttempt.objects.exclude(outcome="")
    attempt = get_object_or_404(attempts, user=user, reference=reference)
    if needs_approval_page(attempt):
        return approval_page(request, user, attempt)
    return render(request, "calendar_integration/outcome.html", {"attempt": attempt, "Outcome": Outcome})


@require_GET
def approval(request: HttpRequest) -> HttpResponse:
    """What "admin approval required" means, for whoever met it and came back by themselves."""
    user = signed_in_user(request)
    if Connection.objects.filter(user=user, state__in=ACTIVE_STATES).exists():
        return redirect("meetings")
    attempt = AuthorizationAttempt.objects.filter(user=user).order_by("-pk").first()
    if attempt is None:
        return redirect("profile")
    if attempt.outcome and not needs_approval_page(attempt):
        return redirect("office365_outcome", attempt.reference)
    return approval_page(request, user, attempt)


def needs_approval_page(attempt: AuthorizationAttempt) -> bool:
    """Whether the attempt may have met "Need admin approval": Microsoft answers that like a person's own Cancel."""
    if attempt.outcome == Outcome.CONSENT_REQUIRED:
        return True
    service = CalendarService.objects.filter(account=attempt.account).first()
    is_consent_known = bool(service and service.consent_state == ConsentState.CONFIRMED)
    return attempt.outcome in APPROVAL_OUTCOMES and not is_consent_known


def approval_page(request: HttpRequest, user: User, attempt: AuthorizationAttempt) -> HttpResponse:
    """What happened, what happens next, and whom to ask."""
    admins = User.objects.filter(account=user.account, is_active=True, role__in=[Role.OWNER, Role.ADMIN])
    context = {
        "attempt": attempt,
        "admins": admins.order_by("name")[:5],
        "is_certain": attempt.outcome == Outcome.CONSENT_REQUIRED,
        "reported_at": CalendarService.objects.filter(account=user.account_id)
        .values_list("consent_reported_at", flat=True)
        .first(),
        "is_open": not attempt.outcome or attempt.outcome == Outcome.EXPIRED,
    }
    return render(request, "calendar_integration/approval.html", context)
