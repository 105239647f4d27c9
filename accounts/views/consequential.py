"""Changes that decide what settings people have: previewed, confirmed with the version seen, and only then made."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase

from accounts import impact
from accounts.impact import Difference, Impact
from accounts.models import Account
from accounts.tiered_settings import registry
from accounts.tiered_settings.revision import StaleError
from accounts.views import affected
from accounts.views.confirming import confirmation, confirmed
from accounts.views.summary import Line, largest

LARGEST_VERSION = 2**63 - 1


@dataclass(frozen=True)
class Consequential:
    """A change that is about to be made.

    `make` makes it for the version it is given (None: whichever is current) and answers what happened to whom;
    `people` are those it can affect (None: everyone). `fragment` asks for the confirmation, whose own address has the
    parameters `query`; `path` is where it leads when it is done.
    """

    account: Account
    make: Callable[[int | None], Mapping[int, str]]
    people: Collection[int] | None
    fragment: str
    path: str
    done: str
    context: dict[str, Any] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    asks_always: bool = True


def answer(request: HttpRequest, change: Consequential) -> HttpResponseBase:
    """Show the preview, or the list of those it is about; a POST that carries the version seen makes the change.

    Where something has moved since, it shows a fresh preview. A change that does not always ask is made at once where
    nobody would notice it. Raises Http404 where what it is about is gone.
    """
    try:
        if affected.is_asked_for(request):
            title = str(change.context.get("title", "Back"))
            return affected.answer(request, _preview(change), title=title, query=change.query)
        return _asked(request, change) if request.method == "GET" else _posted(request, change)
    except ObjectDoesNotExist as error:
        raise Http404 from error


def _posted(request: HttpRequest, change: Consequential) -> HttpResponse:
    seen = version_seen(request)
    if seen is None:
        shown = _preview(change)
        if change.asks_always or is_felt(shown):
            return _show(request, change, shown)
        seen = shown.revision
    try:
        change.make(seen)
    except StaleError:
        return _asked(request, change, is_stale=True)
    messages.success(request, change.done)
    return confirmed(request, change.path)


def _asked(request: HttpRequest, change: Consequential, *, is_stale: bool = False) -> HttpResponse:
    return _show(request, change, _preview(change), is_stale=is_stale)


def _preview(change: Consequential) -> Impact:
    return impact.preview(change.account, lambda: change.make(None), people=change.people)


def _show(request: HttpRequest, change: Consequential, shown: Impact, *, is_stale: bool = False) -> HttpResponse:
    context = {**change.context, **described(shown), "is_stale": is_stale}
    if change.asks_always:  # else there is no address for the preview of one person, who is named anyway
        context |= affected.addresses(request, change.query)
    return confirmation(request, change.fragment, context, status=409 if is_stale else 200)


def described(shown: Impact) -> dict[str, Any]:
    """An impact as the shared fragments show it."""
    return {"impact": shown, "is_felt": is_felt(shown), "lines": lines(shown)}


def lines(shown: Impact) -> list[Line]:
    """For each setting that changes, what counts now and then, and for how many; the largest parts first."""
    counted = Counter(
        in_words(difference) for difference in shown.differences if difference.before.value != difference.after.value
    )
    return largest(counted, rest="Other changes")


def in_words(difference: Difference) -> tuple[str, str, str]:
    """The setting's title, what counts now, and what will."""
    definition = registry.get(difference.key)
    words = definition.kind.in_words
    return definition.title, words(difference.before.value), words(difference.after.value)


def is_felt(shown: Impact) -> bool:
    """Whether anybody would notice: another value, a lock, or something else that happens to them."""
    return bool(shown.differences or shown.locked or shown.freed)


def version_seen(request: HttpRequest) -> int | None:
    """The version that the confirmation was shown with; None where the form carries none that could be one."""
    digits = request.POST.get("seen", "")
    if not digits.isascii() or not digits.isdigit() or len(digits) > len(str(LARGEST_VERSION)):
        return None
    return min(int(digits), LARGEST_VERSION)
