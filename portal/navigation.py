"""The left navigation: what this person may open, and where they are. Entries exist once their page does."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse


@dataclass(frozen=True)
class Entry:
    """One link of the navigation; it is current on its own page and on those below it."""

    label: str
    url: str
    is_current: bool


PERSONAL = [("Meetings", "meetings"), ("Contacts", "contacts"), ("Profile", "profile")]


def navigation(request: HttpRequest) -> dict[str, list[Entry]]:
    """Context processor: the entries for whoever is signed in, none for nobody."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return {"navigation": []}
    return {"navigation": [entry(request, label, name) for label, name in PERSONAL]}


def entry(request: HttpRequest, label: str, route: str) -> Entry:
    """An entry with its address, and whether the request is within it."""
    url = reverse(route)
    return Entry(label, url, request.path.startswith(url))
