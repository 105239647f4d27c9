"""Pages of a list that only grows, newest first. Nothing here counts: there may be millions of rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from accounts.requests import query_text

PER_PAGE = 50
LONGEST_ID = 18  # digits: more do not fit into an id

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Rows, newest first; `newer` and `older` are the ids that the pages beside this one continue from, if any."""

    rows: Sequence[Row]
    newer: int | None
    older: int | None


def page(rows: QuerySet[Row], *, before: int | None = None, after: int | None = None) -> Page[Row]:
    """The newest rows, those before an id, or those after one, which are the newest again where they fill no page."""
    if after is not None:
        above = list(rows.filter(pk__gt=after).order_by("pk")[: PER_PAGE + 1])
        if len(above) > PER_PAGE:
            shown = above[PER_PAGE - 1 :: -1]
            return Page(shown, newer=shown[0].pk, older=shown[-1].pk)
        before = None
    below = rows if before is None else rows.filter(pk__lt=before)
    found = list(below.order_by("-pk")[: PER_PAGE + 1])
    shown = found[:PER_PAGE]
    is_more = len(found) > PER_PAGE
    newer = None if before is None else (shown[0].pk if shown else before - 1)
    return Page(shown, newer=newer, older=shown[-1].pk if is_more else None)


def id_in(request: HttpRequest, name: str) -> int | None:
    """The id in a query parameter that says where to go on from; nonsense means the beginning."""
    text = query_text(request, name)
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_ID else None
