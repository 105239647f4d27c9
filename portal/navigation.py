"""The left navigation: what this person may open, and where they are. Entries exist once their page does."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from accounts.models import User
from accounts.permissions import managed_groups


@dataclass(frozen=True)
class Entry:
    """One link of the navigation; it is current on its own page and on those below it."""

    label: str
    url: str
    is_current: bool


@dataclass(frozen=True)
class Section:
    """Links under a heading; the personal ones have none."""

    heading: str
    entries: list[Entry]


PERSONAL = (
    "",
    [("Meetings", "meetings"), ("Contacts", "contacts"), ("Profile", "profile"), ("Settings", "my_settings")],
)
GROUP_ADMIN = [("User Management", [("Groups", "groups")]), ("Room Management", [("Connections", "connections")])]
ADMIN = [
    ("Admin", [("Overview", "overview")]),
    ("User Management", [("Users", "users"), ("Groups", "groups")]),
    ("Room Management", [("Calendar Integration", "calendar_integration"), ("Connections", "connections")]),
    (
        "Account Management",
        [("Account Settings", "account_settings"), ("Single Sign-On", "sso_setup"), ("Audit Log", "audit_log")],
    ),
]


def navigation(request: HttpRequest) -> dict[str, list[Section]]:
    """Context processor: the entries for whoever is signed in, none for nobody."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"navigation": []}
    sections = [PERSONAL, *admin_sections(user)]
    return {
        "navigation": [
            Section(heading, [entry(request, label, route) for label, route in entries])
            for heading, entries in sections
        ]
    }


def admin_sections(user: User) -> list[tuple[str, list[tuple[str, str]]]]:
    """What they manage: the account, some groups, or nothing."""
    if user.is_account_admin:
        return ADMIN
    return GROUP_ADMIN if managed_groups(user).exists() else []


def entry(request: HttpRequest, label: str, route: str) -> Entry:
    """An entry with its address, and whether the request is within it."""
    url = reverse(route)
    return Entry(label, url, request.path.startswith(url))
