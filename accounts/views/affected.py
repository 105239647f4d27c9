"""Exactly for whom a change would change something: the list, and the same as CSV."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from accounts.csv.streaming import stream_csv
from accounts.impact import Difference, Impact
from accounts.models import User
from accounts.tiered_settings import registry
from accounts.views.summary import who

PAGE = 50
BATCH = 1_000
LIST, CSV = "list", "csv"


@dataclass(frozen=True)
class Affected:
    """A person of the list, by the setting that changes for them."""

    email: str
    name: str
    setting: str
    follows: str
    now: str
    then: str
    consequence: str

    def cells(self, columns: Sequence[str]) -> tuple[str, ...]:
        """What they say in these columns of a CSV file."""
        values = {**vars(self), "value_now": self.now, "value_then": self.then}
        return tuple(values[column] for column in columns)


COLUMNS = ("email", "name", "setting", "follows", "value_now", "value_then", "consequence")
# Where there is only one setting it is not said again in each row.
COLUMNS_OF_ONE = tuple(column for column in COLUMNS if column != "setting")


def is_asked_for(request: HttpRequest) -> bool:
    """Whether a GET asks who is affected, instead of for the confirmation."""
    return request.method == "GET" and request.GET.get("who") in (LIST, CSV)


def addresses(request: HttpRequest, query: dict[str, str]) -> dict[str, str]:
    """Where the list and the CSV are, for a confirmation that is asked for with this query."""
    return {f"{which}_address": f"{request.path}?{urlencode({**query, 'who': which})}" for which in (LIST, CSV)}


def answer(request: HttpRequest, shown: Impact, *, title: str, query: dict[str, str]) -> HttpResponseBase:
    """The people, those to whom more than a new value happens first, as a page or a download."""
    if request.GET.get("who") == CSV:
        return download("people-affected.csv", shown, COLUMNS)
    back = f"{request.path}?{urlencode(query)}" if query else request.path
    return people_page(request, shown, title=title, back=back, csv_address=addresses(request, query)["csv_address"])


def people_page(
    request: HttpRequest, shown: Impact, *, title: str, back: str, csv_address: str, is_one_setting: bool = False
) -> HttpResponseBase:
    """The list, a page at a time; `title` names the way back to what is asked."""
    page = Paginator(shown.differences, PAGE).get_page(request.GET.get("page"))
    context = {
        "impact": shown,
        "page": page,
        "people": list(people(list(page))),
        "title": title,
        "back": back,
        "csv_address": csv_address,
        "is_one_setting": is_one_setting,
    }
    return render(request, "accounts/affected.html", context)


def download(file_name: str, shown: Impact, columns: Sequence[str]) -> HttpResponseBase:
    """Everyone, with names read a thousand at a time."""
    rows = (person.cells(columns) for batch in _batches(shown.differences) for person in people(batch))
    return stream_csv(file_name, columns, rows)


def people(differences: Sequence[Difference]) -> Iterator[Affected]:
    """The people of these differences: one query."""
    users = User.objects.filter(pk__in=[difference.user_id for difference in differences])
    known = {pk: (email, name) for pk, email, name in users.values_list("pk", "email", "name")}
    for difference in differences:
        if difference.user_id in known:
            definition = registry.get(difference.key)
            now, then = (definition.kind.in_words(side.value) for side in (difference.before, difference.after))
            email, name = known[difference.user_id]
            yield Affected(email, name, definition.title, who(difference), now, then, difference.consequence)


def _batches(differences: Sequence[Difference]) -> Iterator[Sequence[Difference]]:
    for start in range(0, len(differences), BATCH):
        yield differences[start : start + BATCH]
