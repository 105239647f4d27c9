"""Addresses in Microsoft's admin centre, of one tenant where it is known.

https://entra.microsoft.com/<tenant id> is documented at
https://learn.microsoft.com/entra/external-id/redemption-experience; the parts after # are those of Microsoft's own
pages about these settings.
"""

import uuid

from django.conf import settings

DOMAINS = "view/Microsoft_AAD_IAM/DomainsList.ReactView"
ENTERPRISE_APPS = "view/Microsoft_AAD_IAM/StartboardApplicationsMenuBlade/~/AppAppsPreview"
USER_CONSENT = "view/Microsoft_AAD_IAM/ConsentPoliciesMenuBlade/~/UserSettings"

WORLDWIDE = "https://entra.microsoft.com"
# Sign-in hosts of national clouds; one without a known admin centre gets no links.
NATIONAL = {
    "https://login.microsoftonline.us": "https://entra.microsoft.us",
    "https://login.partner.microsoftonline.cn": "",
}


def address(tenant_id: uuid.UUID | None, page: str) -> str:
    """A page of the admin centre; nothing where the cloud's admin centre is not known."""
    centre = NATIONAL.get(settings.MS_AUTHORITY_HOST, WORLDWIDE)
    if not centre:
        return ""
    return f"{centre}/{tenant_id}/#{page}" if tenant_id else f"{centre}/#{page}"
