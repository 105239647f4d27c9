"""To Microsoft and back. Every way ends signed in, on a page that says what happened."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.paths import checked_path
from accounts.requests import query_text, signed_in_user
from calendar_integration.authorization import consent, outcomes
from calendar_integration.models import AuthorizationAttempt, Outcome
from calendar_integration.views.answers import session_ended, unknown_answer
from calendar_integration.views.approval import approval_page, needs_approval_page
from calendar_integration.views.leaving import to_admin_consent, to_authorize


@require_GET
@never_cache
def authorize(request: HttpRequest) -> HttpResponse:
    """Leave for Microsoft, also on behalf of the company. A link leads here, since no form may leave our origin.

    With `silent` Microsoft is told to ask nothing, and so shows whether the company's sign-in leads straight through.
    """
    user = signed_in_user(request)
    next_path = checked_path(request.GET.get("next"), "/meetings/")
    if _comes_from_another_site(request):
        return redirect("profile")
    if query_text(request, "for_company"):
        return to_admin_consent(request, user, next_path)
    return to_authorize(request, user, next_path, silent=bool(query_text(request, "silent")))


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


@require_GET
def outcome(request: HttpRequest, reference: str) -> HttpResponse:
    """How one of the person's attempts ended."""
    user = signed_in_user(request)
    attempts = AuthorizationAttempt.objects.exclude(outcome="").select_related("user", "account")
    attempt = get_object_or_404(attempts, user=user, reference=reference)
    if needs_approval_page(attempt):
        return approval_page(request, user, attempt)
    explanation = outcomes.explain(attempt)
    context = {"attempt": attempt, "explanation": explanation, "text": explanation.about(attempt)}
    return render(request, "calendar_integration/outcome.html", context)
