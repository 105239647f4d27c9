"""Setting up one's own connection: choose the service, see what Atrium will ask for, leave for Microsoft."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.requests import signed_in_user
from accounts.tiered_settings.definitions import Tier
from accounts.tiered_settings.items import Below, Item
from calendar_integration import scopes
from calendar_integration.authorization import admin_consent
from calendar_integration.authorization.prospect import prospect
from calendar_integration.availability import Availability, Obstacle, availability_of
from calendar_integration.integration_setting import CALENDARS, CONTACTS, METHODS, Method
from calendar_integration.models import ACTIVE_STATES, Connection
from calendar_integration.setting_definitions import INTEGRATION


@require_GET
def choose_service(request: HttpRequest) -> HttpResponse:
    """The first step: which calendar service, as the settings have it."""
    context = _context(signed_in_user(request))
    return render(request, "calendar_integration/setup/service.html", context)


@require_GET
def what_is_asked(request: HttpRequest) -> HttpResponse:
    """The second step: what Atrium will ask Microsoft for, and what to expect there."""
    user = signed_in_user(request)
    context = _context(user)
    availability: Availability = context["availability"]
    service = availability.service if availability.obstacle is None else None
    context |= {
        "method": dict(METHODS)[availability.integration.method],
        "by_ews": availability.integration.method is Method.EWS,
        "calendars": dict(CALENDARS)[availability.integration.calendars],
        "contacts": dict(CONTACTS)[availability.integration.contacts],
        "permissions": scopes.in_words(availability.permissions),
        "prospect": prospect(service, availability.permissions) if service else None,
        "may_agree": service is not None and admin_consent.is_offered(user.account),
        "is_connected": Connection.objects.filter(user=user, state__in=ACTIVE_STATES).exists(),
    }
    return render(request, "calendar_integration/setup/permissions.html", context)


def _context(user: User) -> dict[str, Any]:
    """What both steps show: the person's setting with where it comes from, and what is in the way."""
    availability = availability_of(user)
    return {
        "availability": availability,
        "integration": availability.integration,
        "item": Item(INTEGRATION, Tier.USER, availability.answer, Below()),
        "is_off": availability.obstacle is Obstacle.OFF,
        "lacks_service": availability.obstacle is Obstacle.NO_SERVICE,
    }
