"""Switching the calendar service off and on again, and removing it: asked first, with what it means for whom."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.permissions import require_admin
from accounts.views.confirming import confirmation, confirmed
from calendar_integration.calendar_service import service, service_end
from calendar_integration.calendar_service.service_writing import StaleServiceError, version
from calendar_integration.models import CalendarService

SWITCHED = {
    True: "People can connect Office 365 again.",
    False: "The calendar service is switched off. Whoever is connected stays so.",
}


@require_http_methods(["GET", "POST"])
def switch(request: HttpRequest, is_enabled: bool) -> HttpResponse:
    """Ask, then let people connect or not."""
    user = require_admin(request)
    found = service.of_account(user.account)
    if found is None:
        return confirmed(request, reverse("calendar_integration"))
    if request.method == "GET":
        reach = service_end.reach_of(user.account)
        title = "Switch the calendar service on?" if is_enabled else "Switch the calendar service off?"
        context = {"title": title, "service": found, "is_enabled": is_enabled, "reach": reach}
        return confirmation(request, "calendar_integration/company/_switch.html", context)
    try:
        service.switch(user.account, is_enabled, actor=user, request=request)
    except StaleServiceError:  # removed meanwhile: the page says so
        return confirmed(request, reverse("calendar_integration"))
    messages.success(request, SWITCHED[is_enabled])
    return confirmed(request, reverse("calendar_integration"))


@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest) -> HttpResponse:
    """Ask, then disconnect everyone and forget the service; where somebody changed it meanwhile, ask again."""
    user = require_admin(request)
    found = service.of_account(user.account)
    if found is None:
        return confirmed(request, reverse("calendar_integration"))
    if request.method == "GET":
        return _ask(request, user, found)
    try:
        disconnected = service_end.remove(user.account, actor=user, seen=request.POST.get("seen", ""), request=request)
    except StaleServiceError:
        return _ask(request, user, found, is_stale=True)
    messages.success(request, f"The calendar service is removed.{_told(disconnected)}")
    return confirmed(request, reverse("calendar_integration"))


def _ask(request: HttpRequest, user: User, found: CalendarService, *, is_stale: bool = False) -> HttpResponse:
    context = {
        "title": "Remove the calendar service?",
        "service": found,
        "seen": version(found),
        "reach": service_end.reach_of(user.account),
        "is_stale": is_stale,
    }
    status = 409 if is_stale else 200
    return confirmation(request, "calendar_integration/company/_remove.html", context, status=status)


def _told(disconnected: int) -> str:
    if not disconnected:
        return ""
    who = "One person is" if disconnected == 1 else f"{disconnected} people are"
    return f" {who} disconnected, and what was synchronised is being deleted."
