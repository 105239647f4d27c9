"""Exactly whom a change would affect: the list, and the same as CSV."""

from collections.abc import Iterator, Sequence

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.csv.streaming import stream_csv
from accounts.impact import Difference
from accounts.models import User
from accounts.tiered_settings.kinds import ImpossibleValueError, Kind
from accounts.tiered_settings.store import RefusedError
from accounts.views.confirming import confirmation
from accounts.views.settings.asked import asked_for, preview_of
from accounts.views.settings.places import place_of, require_changing
from accounts.views.settings.summary import who

PAGE = 50
BATCH = 1000
HEADER = ("email", "name", "follows", "value_now", "value_then", "consequence")


@require_GET
def affected_people(
    request: HttpRequest, route: str, key: str, action: str, target_id: int | None = None, as_csv: bool = False
) -> HttpResponseBase:
    """Everyone for whom something changes, those with consequences first."""
    place = place_of(request, route, target_id)
    asked = asked_for(request, place, key, action)
    require_changing(place, asked.definition)
    try:
        impact = preview_of(asked)
    except (RefusedError, ImpossibleValueError) as error:
        refused = {"asked": asked, "error": error, "title": "This cannot be changed here"}
        return confirmation(request, "accounts/settings/_refused.html", refused, status=422)
    kind = asked.definition.kind
    if as_csv:
        return stream_csv(f"{key}-{action}-people.csv", HEADER, csv_rows(impact.differences, kind))
    page = Paginator(impact.differences, PAGE).get_page(request.GET.get("page"))
    people = [Affected(difference, name, email, kind) for difference, name, email in named(list(page))]
    context = {"place": place, "asked": asked, "impact": impact, "page": page, "people": people}
    return render(request, "accounts/settings/people.html", context)


class Affected:
    """A person of the list."""

    def __init__(self, difference: Difference, name: str, email: str, kind: Kind) -> None:
        self.name, self.email, self.consequence = name, email, difference.consequence
        self.follows = who(difference)
        self.now, self.then = kind.in_words(difference.before.value), kind.in_words(difference.after.value)

    @property
    def cells(self) -> tuple[str, ...]:
        """As HEADER says."""
        return self.email, self.name, self.follows, self.now, self.then, self.consequence


def named(differences: Sequence[Difference]) -> Iterator[tuple[Difference, str, str]]:
    """The differences with the people's names and e-mails: one query."""
    ids = [difference.user_id for difference in differences]
    known = {
        pk: (name, email) for pk, name, email in User.objects.filter(pk__in=ids).values_list("pk", "name", "email")
    }
    for difference in differences:
        if difference.user_id in known:
            yield difference, *known[difference.user_id]


def csv_rows(differences: Sequence[Difference], kind: Kind) -> Iterator[tuple[str, ...]]:
    """The rows, with names read a thousand at a time."""
    for batch in _batches(differences):
        for difference, name, email in named(batch):
            yield Affected(difference, name, email, kind).cells


def _batches(differences: Sequence[Difference]) -> Iterator[Sequence[Difference]]:
    for start in range(0, len(differences), BATCH):
        yield differences[start : start + BATCH]
