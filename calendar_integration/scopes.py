"""The permissions Atrium asks Microsoft for, and what they mean to a person.

https://learn.microsoft.com/graph/permissions-reference
"""

from django.conf import settings

WANTED = ("Calendars.Read", "Contacts.Read", "User.Read")

IN_WORDS = {
    "Calendars.Read": "read your calendar",
    "Contacts.Read": "read your contacts",
    "User.Read": "read your profile",
}


def resource() -> str:
    """The prefix of Graph's scopes; national clouds have their own."""
    return f"{settings.MS_GRAPH_RESOURCE}/"


def missing(granted: str) -> list[str]:
    """The wanted permissions that a token answer's `scope` does not name; its words may be full URIs."""
    held = {word.removeprefix(resource()).lower() for word in granted.split()}
    return [scope for scope in WANTED if scope.lower() not in held]
