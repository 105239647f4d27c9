"""The Overview, the guides, and an admin's word on federation."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import require_admin
from accounts.views.confirming import confirmation, confirmed
from calendar_integration import federation
from calendar_integration.models import CalendarService
from portal.overview import guide_values, guides
from portal.overview.gathering import checklist_of
from sso.models import IdentityProvider


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """What has to be in place, and how it stands."""
    user = require_admin(request)
    context = {"account": user.account, "checklist": checklist_of(user), "guides": guides.GUIDES}
    return render(request, "portal/overview/overview.html", context)


@require_GET
def guide(request: HttpRequest, slug: str) -> HttpResponse:
    """Step by step, at Microsoft's and the identity provider's."""
    user = require_admin(request)
    shown = guides.find(slug)
    if shown is None:
        raise Http404
    return render(
        request, shown.template, {"guide": shown, "as_of": guides.AS_OF, **guide_values.of_account(user.account)}
    )


@require_http_methods(["GET", "POST"])
def federation_attest(request: HttpRequest) -> HttpResponse:
    """An admin says that the identity provider is federated."""
    return _word(request, "portal/overview/_attest.html", federation.attest, "Kept, with your name.")


@require_http_methods(["GET", "POST"])
def federation_take_back(request: HttpRequest) -> HttpResponse:
    """An admin takes that word back."""
    return _word(request, "portal/overview/_take_back.html", federation.take_back, "Taken back.")


def _word(request: HttpRequest, fragment: str, change: Callable[..., None], done: str) -> HttpResponse:
    """Ask, then do it. Without a calendar service there is nothing to say anything of: 409."""
    user = require_admin(request)
    service = CalendarService.objects.filter(account=user.account).first()
    provider = IdentityProvider.objects.filter(account=user.account).first()
    context = {"service": service, "provider": provider}
    if service is None:
        return confirmation(request, fragment, context, status=409)
    if request.method != "POST":
        return confirmation(request, fragment, context)
    try:
        change(user.account, actor=user, request=request)
    except federation.NoServiceError:  # removed since we looked
        return confirmation(request, fragment, {**context, "service": None}, status=409)
    messages.success(request, done)
    return confirmed(request, reverse("overview"))
