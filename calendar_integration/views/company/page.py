"""The page itself: the service, what it allows, and what is missing."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.models import Account
from accounts.permissions import require_admin
from accounts.tiered_settings.reading import standing
from calendar_integration.calendar_service import doctor, service
from calendar_integration.company_consent.asked_beside import Comparison
from calendar_integration.integration_setting import Integration, Method
from calendar_integration.models import CalendarService, Connection
from calendar_integration.setting_definitions import INTEGRATION
from calendar_integration.views.company.forms import METHODS
from calendar_integration.views.company.tenant_forms import proven_domains
from calendar_integration.views.company.walking import typed_url


@require_GET
def calendar_integration(request: HttpRequest) -> HttpResponse:
    """The service, or how to add one."""
    user = require_admin(request)
    found = service.of_account(user.account)
    if found is None:
        context: dict[str, Any] = {"has_domain": bool(proven_domains(user.account))}
        return render(request, "calendar_integration/company/empty.html", context)
    context = {**facts(request, found, user.account), "doctor": doctor.of_account(user.account)}
    return render(request, "calendar_integration/company/service.html", context)


def facts(request: HttpRequest, found: CalendarService, account: Account) -> dict[str, Any]:
    """What the page says of the service: two queries."""
    answer = standing(account, [INTEGRATION.key])[INTEGRATION.key]
    setting = Integration.of(answer.value)
    comparison = Comparison(found.permissions, setting, typed_url(request, setting.ews_url))
    change = reverse("account_change", args=[INTEGRATION.key, "set"])
    return {
        "service": found,
        "by_ews": found.method == Method.EWS,
        "method_label": dict(METHODS)[found.method],
        "ews_url": comparison.setting.ews_url if found.method == Method.EWS else "",
        "connected": Connection.objects.with_mailbox().filter(account=account).count(),
        "comparison": comparison,
        "is_locked": answer.locked_by is not None,
        "take_over_address": f"{change}?{comparison.query}" if comparison.can_take_over else "",
        "setting_address": f"{reverse('account_settings_tab', args=[INTEGRATION.tab_slug])}#{INTEGRATION.key}",
    }
