"""An account's own values for the guides, so that nobody has to look them up at Microsoft."""

from typing import Any

from django.conf import settings

from accounts.models import Account, Domain
from accounts.tiered_settings.reading import standing
from calendar_integration import scopes
from calendar_integration.integration_setting import Integration, Method
from calendar_integration.models import CalendarService
from calendar_integration.setting_definitions import INTEGRATION
from portal.overview import entra


def of_account(account: Account) -> dict[str, Any]:
    """The values: three queries."""
    service = CalendarService.objects.filter(account=account).first()
    tenant_id = service.tenant_id if service else None
    integration = Integration.of(standing(account, [INTEGRATION.key])[INTEGRATION.key].value)
    domain = Domain.objects.filter(account=account, proven_at__isnull=False).order_by("name").first()
    of_graph = service is not None and service.method == Method.GRAPH
    permissions = service.permissions if service and of_graph else integration.permissions
    return {
        "client_id": settings.MS_CLIENT_ID,
        "tenant_id": tenant_id,
        "domain": domain.name if domain else "",
        "permissions": scopes.wanted(permissions),
        "ews_url": integration.ews_url,
        "ews_host": integration.ews_host,
        "domains_page": entra.address(tenant_id, entra.DOMAINS),
        "apps_page": entra.address(tenant_id, entra.ENTERPRISE_APPS),
        "user_consent_page": entra.address(tenant_id, entra.USER_CONSENT),
    }
