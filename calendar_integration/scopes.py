"""The permissions Atrium asks Microsoft for, and what they mean to a person.

https://learn.microsoft.com/graph/permissions-reference
"""

from collections.abc import Iterable

from django.conf import settings

from calendar_integration.integration_setting import Permissions

IN_WORDS = {
    "Calendars.Read": "read your calendar",
    "Calendars.ReadWrite": "read and change your calendar",
    "Contacts.Read": "read your contacts",
    "User.Read": "read your profile",
}
WIDER = {"calendars.read": "calendars.readwrite", "contacts.read": "contacts.readwrite"}


def wanted(permissions: Permissions) -> tuple[str, ...]:
    """Graph's names for these permissions, with the profile, by which the mailbox's owner is known."""
    calendars = "Calendars.ReadWrite" if permissions.writes_calendars else "Calendars.Read"
    contacts = ("Contacts.Read",) if permissions.reads_contacts else ()
    return (calendars, *contacts, "User.Read")


def in_words(permissions: Permissions) -> list[str]:
    """What they allow, for the person whose mailbox it is."""
    return [IN_WORDS[scope] for scope in wanted(permissions)]


def in_full(permissions: Permissions) -> list[str]:
    """With their resource in front, as the admin consent page takes them."""
    return [f"{resource()}{scope}" for scope in wanted(permissions)]


def resource() -> str:
    """The prefix of Graph's scopes; national clouds have their own."""
    return f"{settings.MS_GRAPH_RESOURCE}/"


def missing(granted: str, scopes: Iterable[str]) -> list[str]:
    """Which of these scopes a token answer's `scope` does not cover; its words may be full URIs."""
    held = {word.removeprefix(resource()).lower() for word in granted.split()}
    return [scope for scope in scopes if not held & {scope.lower(), WIDER.get(scope.lower(), "")}]
