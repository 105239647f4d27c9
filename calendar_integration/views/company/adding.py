"""Adding the calendar service, in four steps."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.permissions import require_admin
from calendar_integration.calendar_service import service
from calendar_integration.calendar_service.service_writing import StaleServiceError
from calendar_integration.integration_setting import Method
from calendar_integration.views.company.forms import (
    OFFICE_365,
    AuthorizeForm,
    MethodForm,
    PermissionsAndDomainForm,
    ServiceForm,
)
from calendar_integration.views.company.steps import Step
from calendar_integration.views.company.tenant_forms import proven_domains
from calendar_integration.views.company.walking import PAGE, likely, of_setting, show, to_page, walk

ADD = (
    Step("service", "Service", ServiceForm),
    Step("method", "Method", MethodForm),
    Step("permissions", "Permissions", PermissionsAndDomainForm),
    Step("authorize", "Authorize", AuthorizeForm),
)
THERE = "Somebody has added a calendar service meanwhile. This is it."


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """From the choice of a service to its authorization."""
    user = require_admin(request)
    if service.of_account(user.account):
        return _is_there(request)
    domains = proven_domains(user.account)
    if not domains and request.method == "GET":
        return render(request, "calendar_integration/company/no_domain.html")
    way = walk(request, user, ADD, {"service": OFFICE_365, **of_setting(user), "domain": likely(user, domains)})
    if not way.is_done:
        return show(
            request,
            way,
            {"title": "Add calendar service", "button": "Authorize", "button_without_tick": "Add without agreeing"},
        )
    try:
        service.add(user.account, way.said["permissions"], way.said["tenant"], actor=user, request=request)
    except StaleServiceError:
        return _is_there(request)
    return _added(request, user, way.said)


def _is_there(request: HttpRequest) -> HttpResponse:
    """There is a service already; whoever was about to add one is told."""
    if request.method == "POST":
        messages.info(request, THERE)
    return redirect(PAGE)


def _added(request: HttpRequest, user: User, said: Mapping[str, Any]) -> HttpResponse:
    """On to Microsoft where they may agree themselves; with EWS the server has to be in the setting before that."""
    if not said["agree"]:
        messages.success(request, "The calendar service is added. An Office 365 admin has to agree for the company.")
        return to_page(request, said)
    if said["method"] == Method.EWS and of_setting(user)["ews_url"] != said["ews_url"]:
        messages.success(
            request, "The calendar service is added. Take the EWS URL over into the setting, then authorize."
        )
        return to_page(request, said)
    query = urlencode({"next": reverse(PAGE), "for_company": "1"})
    return redirect(f"{reverse('office365_leave')}?{query}")
