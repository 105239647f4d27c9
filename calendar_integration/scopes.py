"""The permissions Atrium asks Microsoft for, and what they mean to a person.

https://learn.microsoft.com/graph/permissions-reference
https://learn.microsoft.com/exchange/client-developer/exchange-web-services/how-to-authenticate-an-ews-application-by-using-oauth
A token is for one resource: Graph, or one Exchange server. Neither is ever shown the other's.
"""

from collections.abc import Iterable

from django.conf import settings

from calendar_integration.integration_setting import Method, Permissions

EWS = "EWS.AccessAsUser.All"
IN_WORDS = {
    "Calendars.Read": "read your calendar",
    "Calendars.ReadWrite": "read and change your calendar",
    "Contacts.Read": "read your contacts",
    "User.Read": "read your profile",
    EWS: "have full access to your mailbox",
}
WIDER = {"calendars.read": "calendars.readwrite", "contacts.read": "contacts.readwrite"}


def wanted(permissions: Permissions) -> tuple[str, ...]:
    """Microsoft's names for these permissions.

    Graph's come with the profile, by which the mailbox's owner is known; that of an Exchange server names its host.
    """
    if permissions.method is Method.EWS:
        return (f"https://{permissions.ews_host}/{EWS}",)
    calendars = "Calendars.ReadWrite" if permissions.writes_calendars else "Calendars.Read"
    contacts = ("Contacts.Read",) if permissions.reads_contacts else ()
    return (calendars, *contacts, "User.Read")


def in_words(permissions: Permissions) -> list[str]:
    """What they allow, for the person whose mailbox it is."""
    return [word_for(scope) for scope in wanted(permissions)]


def word_for(scope: str) -> str:
    """What a scope allows, for a person."""
    resource_of_it, _, name = scope.rpartition("/")
    where = f" on {resource_of_it.removeprefix('https://')}" if name == EWS else ""
    return f"{IN_WORDS.get(name, name)}{where}"


def in_full(permissions: Permissions) -> list[str]:
    """With their resource in front, as the admin consent page takes them."""
    return [scope if "/" in scope else f"{resource()}{scope}" for scope in wanted(permissions)]


def resource() -> str:
    """The prefix of Graph's scopes; national clouds have their own."""
    return f"{settings.MS_GRAPH_RESOURCE}/"


def missing(granted: str, scopes: Iterable[str]) -> list[str]:
    """Which of these scopes a token answer's `scope` does not cover; its words may be full URIs."""
    held = {word.removeprefix(resource()).lower() for word in granted.split()}
    return [scope for scope in scopes if not held & {scope.lower(), WIDER.get(scope.lower(), "")}]


def told_of(scopes: Iterable[str], *, asked: Iterable[str], granted: str) -> tuple[str, ...]:
    """Of which of these scopes a token says something: those it covers, and those that it was asked for."""
    known = " ".join([granted, *asked])
    return tuple(scope for scope in scopes if not missing(known, [scope]))
