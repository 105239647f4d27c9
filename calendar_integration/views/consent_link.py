"""A consent link: what an Office 365 admin without a user here sees, from opening it to having come back."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from calendar_integration.authorization import admin_consent
from calendar_integration.authorization.attempts import TooManyAttemptsError
from calendar_integration.company_consent import agreement, consent_links
from calendar_integration.company_consent.consent_state import PROPAGATING
from calendar_integration.errors import UnavailableError
from calendar_integration.models import AdminConsentOutcome
from calendar_integration.views import consent_browser

TOO_MANY = "This link has been used very often within the last hour. Try again in an hour."
UNREACHABLE = "Microsoft cannot be reached right now. It is usually back within minutes."


@require_GET
@never_cache
@login_not_required
def consent_link(request: HttpRequest, signed: str) -> HttpResponse:
    """Which company asks, for what, and what will happen."""
    return consent_browser.quietly(_page(request, signed))


@require_GET
@never_cache
@login_not_required
def leave_by_consent_link(request: HttpRequest, signed: str) -> HttpResponse:
    """On to Microsoft, from our own page only."""
    link = consent_links.find(signed)
    if link is None or request.headers.get("Sec-Fetch-Site") == "cross-site":
        return consent_browser.quietly(_gone(request, 404) if link is None else redirect("consent_link", signed))
    browser_key = consent_browser.key_of(request)
    try:
        address = admin_consent.begin_by_link(link, browser_key)
    except admin_consent.LinkGoneError:
        return consent_browser.quietly(_gone(request, 410))
    except TooManyAttemptsError:
        return consent_browser.quietly(_page(request, signed, problem=TOO_MANY, status=429))
    except UnavailableError:
        return consent_browser.quietly(_page(request, signed, problem=UNREACHABLE, status=503))
    return consent_browser.remember(consent_browser.quietly(HttpResponseRedirect(address)), browser_key)


@require_GET
@never_cache
@login_not_required
def consent_link_result(request: HttpRequest, signed: str) -> HttpResponse:
    """What came of it, for the browser that was at Microsoft; any other is led to the beginning."""
    link = consent_links.find(signed)
    if link is None:
        return consent_browser.quietly(_gone(request, 404))
    attempt = admin_consent.last_of_browser(link, consent_browser.key_of(request))
    if attempt is None or attempt.ended_at is None:
        return consent_browser.quietly(redirect("consent_link", signed))
    context = {
        "account": link.account,
        "attempt": attempt,
        "Outcome": AdminConsentOutcome,
        "until": attempt.ended_at + PROPAGATING,
        "signed": signed,
        "can_try_again": consent_links.service_for(link) is not None,
    }
    return consent_browser.quietly(render(request, "calendar_integration/consent_link/result.html", context))


def _page(request: HttpRequest, signed: str, *, problem: str = "", status: int = 200) -> HttpResponse:
    link = consent_links.find(signed)
    if link is None:
        return _gone(request, 404)
    service = consent_links.service_for(link)
    if service is None:
        return _gone(request, 410)
    consent_links.note_opened(link)
    context = {
        "link": link,
        "account": link.account,
        "service": service,
        "permissions": agreement.asked_for(agreement.of_row(link, link.account)),
        "signed": signed,
        "problem": problem,
    }
    return render(request, "calendar_integration/consent_link/page.html", context, status=status)


def _gone(request: HttpRequest, status: int) -> HttpResponse:
    return render(request, "calendar_integration/consent_link/gone.html", status=status)
