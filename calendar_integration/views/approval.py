"""The page "Admin approval required": what it means, how to ask for it, and how it stands."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Role, User
from accounts.requests import signed_in_user
from calendar_integration.availability import availability_of
from calendar_integration.company_consent import agreement, approval_mail, consent_links, consent_requests
from calendar_integration.company_consent.consent_state import PROPAGATING, Consent
from calendar_integration.models import (
    ACTIVE_STATES,
    AuthorizationAttempt,
    CalendarService,
    Connection,
    ConsentState,
    Outcome,
)
from calendar_integration.tokens import answers

APPROVAL_OUTCOMES = (Outcome.CONSENT_REQUIRED, Outcome.DECLINED, Outcome.EXPIRED)
ADMINS_NAMED = 5
TOO_LONG = f"Write at most {consent_requests.LONGEST_NOTE} characters."


@require_GET
def approval(request: HttpRequest) -> HttpResponse:
    """For whoever met it and came back by themselves, or asked for it."""
    user = signed_in_user(request)
    if _is_connected(user):
        return redirect("meetings")
    attempt = AuthorizationAttempt.objects.filter(user=user).order_by("-pk").first()
    if consent_requests.of(user) is None:
        if attempt is None and availability_of(user).obstacle:
            return redirect("profile")
        if attempt and attempt.outcome and not needs_approval_page(attempt):
            return redirect("office365_outcome", attempt.reference)
    return approval_page(request, user, attempt)


@require_POST
def ask_for_approval(request: HttpRequest) -> HttpResponse:
    """Ask the account's owners and admins; whoever waits already goes on doing so."""
    user = signed_in_user(request)
    if _is_connected(user):
        return redirect("meetings")
    if availability_of(user).obstacle:
        return redirect("profile")
    note = request.POST.get("note", "").replace("\0", "").strip()
    if len(note) > consent_requests.LONGEST_NOTE:
        attempt = AuthorizationAttempt.objects.filter(user=user).order_by("-pk").first()
        return approval_page(request, user, attempt, note=note, note_error=TOO_LONG, status=422)
    consent_requests.ask(user, note, request)
    messages.success(request, "Your administrators are told.")
    return redirect("office365_approval")


def needs_approval_page(attempt: AuthorizationAttempt) -> bool:
    """Whether the attempt may have met "Need admin approval": Microsoft answers that like a person's own Cancel."""
    if attempt.outcome == Outcome.CONSENT_REQUIRED or _was_checked(attempt):
        return True
    service = CalendarService.objects.filter(account=attempt.account).first()
    is_consent_known = bool(service and service.consent_state == ConsentState.CONFIRMED and service.is_agreed)
    return attempt.outcome in APPROVAL_OUTCOMES and not is_consent_known


def approval_page(
    request: HttpRequest,
    user: User,
    attempt: AuthorizationAttempt | None,
    *,
    note: str = "",
    note_error: str = "",
    status: int = 200,
) -> HttpResponse:
    """What happened, what happens next, and whom to ask."""
    outcome = attempt.outcome if attempt else ""
    context = {
        "attempt": attempt,
        "is_certain": outcome == Outcome.CONSENT_REQUIRED or (attempt is not None and _was_checked(attempt)),
        "was_checked": attempt is not None and _was_checked(attempt),
        "is_open": attempt is not None and (not outcome or outcome == Outcome.EXPIRED),
        "admins": _admins(user),
        "note": note,
        "note_error": note_error,
        **_how_it_stands(user),
    }
    return render(request, "calendar_integration/approval.html", context, status=status)


def _how_it_stands(user: User) -> dict[str, Any]:
    """The company's consent, what this person asked, and what they may send to somebody who can approve."""
    availability = availability_of(user)
    service = CalendarService.objects.select_related("account").filter(account=user.account_id).first()
    consent = Consent.of(service) if service else Consent()
    link = consent_links.for_now(service) if service and availability.service else None
    asked = consent_requests.of(user)
    is_fresh = consent.reported_at is not None and consent.is_propagating(timezone.now())
    return {
        "permissions": agreement.asked_for(availability.permissions),
        "may_connect": availability.obstacle is None,
        "asked": asked,
        "is_waiting": asked is not None and asked.told_at is None,
        "has_news": consent.is_agreed,
        "consent": consent,
        "propagating_until": consent.reported_at + PROPAGATING if consent.reported_at and is_fresh else None,
        "link_address": consent_links.address(link) if link else "",
        "mail": approval_mail.compose(user, service, link) if service else None,
    }


def _was_checked(attempt: AuthorizationAttempt) -> bool:
    """Whether it asked nothing, to find out if approval is there, and was told that it is not."""
    return attempt.is_silent and attempt.detail == answers.WOULD_HAVE_ASKED[answers.CONSENT_ERROR]


def _is_connected(user: User) -> bool:
    return Connection.objects.filter(user=user, state__in=ACTIVE_STATES).exists()


def _admins(user: User) -> list[User]:
    """Those to ask, owners first."""
    admins = User.objects.filter(account=user.account, is_active=True, role__in=[Role.OWNER, Role.ADMIN])
    return list(admins.exclude(pk=user.pk).order_by("-role", "name")[:ADMINS_NAMED])
