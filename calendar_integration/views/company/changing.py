"""Changing the calendar service: its permissions, in the steps of adding it, and its tenant."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.permissions import require_admin
from calendar_integration.calendar_service import service
from calendar_integration.calendar_service.service_writing import StaleServiceError, version
from calendar_integration.integration_setting import Method, Permissions
from calendar_integration.models import CalendarService, Connection
from calendar_integration.tenants import Tenant
from calendar_integration.views.company.forms import MethodForm, PermissionsForm
from calendar_integration.views.company.steps import Step
from calendar_integration.views.company.tenant_forms import ConfirmTenantForm, DomainForm, proven_domains
from calendar_integration.views.company.walking import PAGE, choices, likely, of_setting, show, to_page, walk

PERMISSIONS = (Step("method", "Method", MethodForm), Step("permissions", "Permissions", PermissionsForm))
TENANT = (Step("domain", "Domain", DomainForm), Step("tenant", "Confirm", ConfirmTenantForm))
STALE = "Somebody changed the calendar service meanwhile. This is how it stands now."


@require_http_methods(["GET", "POST"])
def change_permissions(request: HttpRequest) -> HttpResponse:
    """What the company is asked to agree to."""
    user = require_admin(request)
    found = service.of_account(user.account)
    if found is None:
        return redirect(PAGE)
    way = walk(request, user, PERMISSIONS, {**of_setting(user), **_of_service(found)})
    if not way.is_done:
        context = {"title": "Change permissions", "button": "Save", "service": found}
        return show(request, way, {**context, "seen": _seen(request, found)})
    wanted = way.said["permissions"]
    try:
        service.change_permissions(user.account, wanted, actor=user, seen=_seen(request, found), request=request)
    except StaleServiceError:
        messages.warning(request, STALE)
        return redirect(PAGE)
    messages.success(request, f"The company is asked to agree to: {wanted.in_words()}.")
    return to_page(request, way.said)


@require_http_methods(["GET", "POST"])
def change_tenant(request: HttpRequest) -> HttpResponse:
    """Which tenant at Microsoft stands for the company."""
    user = require_admin(request)
    found = service.of_account(user.account)
    if found is None:
        return redirect(PAGE)
    domains = proven_domains(user.account)
    if not domains and request.method == "GET":
        return render(request, "calendar_integration/company/no_domain.html")
    way = walk(request, user, TENANT, {"domain": likely(user, domains)})
    if not way.is_done:
        connected = Connection.objects.with_mailbox().filter(account=user.account).count()
        context = {"title": "Change tenant", "button": "Change tenant", "service": found, "connected": connected}
        is_as_before = _is_of(found, way.said.get("tenant"))
        return show(request, way, {**context, "seen": _seen(request, found), "is_as_before": is_as_before})
    tenant = way.said["tenant"]
    try:
        service.change_tenant(user.account, tenant, actor=user, seen=_seen(request, found), request=request)
    except StaleServiceError:
        messages.warning(request, STALE)
        return redirect(PAGE)
    messages.success(request, f"The calendar service is at the tenant of {tenant.domain} now.")
    return redirect(PAGE)


def _of_service(found: CalendarService) -> dict[str, str]:
    by_graph = found.permissions if found.method == Method.GRAPH else Permissions()
    return {"method": found.method, **choices(by_graph)}


def _is_of(found: CalendarService, tenant: Tenant | None) -> bool:
    """Whether the service is at this tenant already, and called by this domain."""
    return tenant is not None and (tenant.id, tenant.domain) == (found.tenant_id, found.tenant_domain)


def _seen(request: HttpRequest, found: CalendarService) -> str:
    """The version of the service that the steps began with."""
    return request.POST.get("seen", "") if request.method == "POST" else version(found)
