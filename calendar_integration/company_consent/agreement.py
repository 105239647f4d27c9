"""What a company is asked to agree to, in words for an Office 365 admin, and where at Microsoft.

https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
"""

import uuid
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from accounts.models import Account
from accounts.tiered_settings.reading import standing
from calendar_integration import scopes, tenants
from calendar_integration.integration_setting import CalendarAccess, ContactAccess, Integration, Method, Permissions
from calendar_integration.models import CalendarService
from calendar_integration.models.permissions import WithPermissions
from calendar_integration.setting_definitions import INTEGRATION

ALSO_ASKED = ("openid", "profile", "offline_access")  # what a person's own authorization asks for besides
FOR_THE_COMPANY = {
    "Calendars.Read": "Read the calendars of the people who connect",
    "Calendars.ReadWrite": "Read and change the calendars of the people who connect",
    "Contacts.Read": "Read the contacts of the people who connect",
    "User.Read": "Sign these people in and read their own profile",
    scopes.EWS: "Full access to the mailboxes of the people who connect",
}


def wanted(service: CalendarService) -> Permissions:
    """What the company is asked for now: all that its people are asked for, and what the service says besides.

    Never less, since Microsoft may replace what was agreed to before.
    """
    people = _of_people(service.account)
    if Method.EWS in (people.method, service.method):
        return people
    return _widest(people, service.permissions)


def of_row(row: WithPermissions, account: Account) -> Permissions:
    """The permissions of a link or an attempt. By EWS, the Exchange server is the one that the settings name."""
    if row.permissions.method is not Method.EWS:
        return row.permissions
    people = _of_people(account)
    return replace(row.permissions, ews_host=people.ews_host) if people.ews_host else people


def in_words(names: Iterable[str]) -> list[tuple[str, str]]:
    """Each scope as (what it allows, Microsoft's name)."""
    return [(_word(name), name) for name in names]


def asked_for(permissions: Permissions) -> list[tuple[str, str]]:
    """Everything these permissions stand for."""
    return in_words(scopes.wanted(permissions))


def microsoft_address(tenant_id: uuid.UUID, permissions: Permissions, state: str = "") -> str:
    """Microsoft's page on which an Office 365 admin agrees for everyone. Raises UnavailableError."""
    query = {
        "client_id": settings.MS_CLIENT_ID,
        "scope": " ".join([*scopes.in_full(permissions), *ALSO_ASKED]),
        "redirect_uri": redirect_uri(),
    }
    if state:
        query["state"] = state
    return f"{tenants.sign_in_origin(tenant_id)}/{tenant_id}/v2.0/adminconsent?{urlencode(query)}"


def redirect_uri() -> str:
    """Where Microsoft sends administrators back to; it must be registered with exactly this spelling."""
    return settings.PORTAL_URL + reverse("office365_admin_consent")


def _of_people(account: Account) -> Permissions:
    """What the account's own setting has people authorize: one query."""
    return Integration.of(standing(account, [INTEGRATION.key])[INTEGRATION.key].value).permissions


def _widest(one: Permissions, other: Permissions) -> Permissions:
    writes, reads = (one.writes_calendars or other.writes_calendars, one.reads_contacts or other.reads_contacts)
    return Permissions(
        Method.GRAPH,
        CalendarAccess.READWRITE if writes else CalendarAccess.READ,
        ContactAccess.READ if reads else ContactAccess.NONE,
    )


def _word(scope: str) -> str:
    resource, _, name = scope.rpartition("/")
    where = f", on {resource.removeprefix('https://')}" if resource else ""
    return f"{FOR_THE_COMPANY.get(name, name)}{where}"
