"""Exactly for whom a change of groups or memberships would change something: the list, and the same as CSV."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from accounts.csv.streaming import stream_csv
from accounts.impact import Difference, Impact
from accounts.tiered_settings import registry
from accounts.views.settings.people import Affected, named

PAGE = 50
BATCH = 1_000
HEADER = ("email", "name", "setting", "follows", "value_now", "value_then", "consequence")
LIST, CSV = "list", "csv"


def is_asked_for(request: HttpRequest) -> bool:
    """Whether a GET asks who is affected, instead of for the confirmation."""
    return request.method == "GET" and request.GET.get("who") in (LIST, CSV)


def addresses(request: HttpRequest, query: dict[str, str]) -> dict[str, str]:
    """Where the list and the CSV are, for a confirmation that is asked for with this query."""
    return {f"{which}_address": f"{request.path}?{urlencode({**query, 'who': which})}" for which in (LIST, CSV)}


def answer(request: HttpRequest, shown: Impact, *, title: str, query: dict[str, str]) -> HttpResponseBase:
    """The people, those to whom more than a new value happens first, as a page or a download."""
    if request.GET.get("who") == CSV:
        return stream_csv("people-affected.csv", HEADER, csv_rows(shown.differences))
    page = Paginator(shown.differences, PAGE).get_page(request.GET.get("page"))
    back = f"{request.path}?{urlencode(query)}" if query else request.path
    context: dict[str, Any] = {"impact": shown, "page": page, "people": list(people(list(page))), "title": title}
    return render(request, "accounts/groups/people.html", {**context, "back": back, **addresses(request, query)})


def people(differences: Sequence[Difference]) -> Iterator[tuple[str, Affected]]:
    """Each difference with its setting's title: one query."""
    for difference, name, email in named(differences):
        definition = registry.get(difference.key)
        yield definition.title, Affected(difference, name, email, definition.kind)


def csv_rows(differences: Sequence[Difference]) -> Iterator[tuple[str, ...]]:
    """The rows, with names read a thousand at a time."""
    for start in range(0, len(differences), BATCH):
        for setting, person in people(differences[start : start + BATCH]):
            email, name, *rest = person.cells
            yield email, name, setting, *rest
