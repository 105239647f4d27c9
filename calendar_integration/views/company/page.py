"""The page itself: the service, what it allows, and what is missing."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.models import Account
from accounts.permissions import require_admin
from accounts.requests import query_text
from accounts.tiered_settings.kinds import ImpossibleValueError
from accounts.tiered_settings.reading import standing
from calendar_integration import doctor, ews_url, service
from calendar_integration.asked_beside import Comparison
from calendar_integration.integration_setting import Integration, Method
from calendar_integration.models import CalendarService, Connection
from calendar_integration.setting_definitions import INTEGRATION, named_origins
from calendar_integration.views.company.forms import METHODS
from calendar_integration.views.company.tenant_forms import proven_domains


@require_GET
def calendar_integration(request: HttpRequest) -> HttpResponse:
    """The service, or how to add one."""
    user = require_admin(request)
    found = service.of_account(user.account)
    if found is None:
        context: dict[str, Any] = {"has_domain": bool(proven_domains(user.account))}
        return render(request, "calendar_integration/company/empty.html", context)
    context = {**facts(found, user.account, _typed_url(request)), "doctor": doctor.of_account(user.account)}
    return render(request, "calendar_integration/company/service.html", context)


def facts(found: CalendarService, account: Account, typed_url: str = "") -> dict[str, Any]:
    """What the page says of the service: two queries."""
    answer = standing(account, [INTEGRATION.key])[INTEGRATION.key]
    comparison = Comparison(found.permissions, Integration.of(answer.value), typed_url)
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


def _typed_url(request: HttpRequest) -> str:
    """The EWS URL that was typed for the service and is in no setting yet; nothing where it is none."""
    typed = query_text(request, "ews_url")
    try:
        return ews_url.canonical(typed, named_origins()) if typed else ""
    except ImpossibleValueError:
        return ""
