"""Changing a setting: a GET previews and asks, a POST with the version that was seen does it."""

from collections import Counter
from collections.abc import Mapping

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from accounts import extensions
from accounts.tiered_settings import store
from accounts.tiered_settings.kinds import ImpossibleValueError
from accounts.tiered_settings.revision import StaleError
from accounts.tiered_settings.store import Action, Change, RefusedError
from accounts.tiered_settings.words import lock_label
from accounts.views.confirming import confirmation, confirmed
from accounts.views.settings.asked import Asked, asked_for, preview_of
from accounts.views.settings.places import place_of, require_changing
from accounts.views.summary import summary

STALE = "Somebody changed settings, groups or memberships meanwhile. This is how it stands now; please confirm again."


class ConfirmForm(forms.Form):
    """The version the preview was made with, and, for a lock, why."""

    seen = forms.IntegerField(min_value=0, error_messages={"required": STALE, "invalid": STALE})
    reason = forms.CharField(
        max_length=300,
        required=False,
        label="Reason, shown to the people it greys out",
        error_messages={"max_length": "Keep the reason to 300 characters."},
    )


@require_http_methods(["GET", "POST"])
def change_setting(
    request: HttpRequest, route: str, key: str, action: str, target_id: int | None = None
) -> HttpResponse:
    """Preview and ask, or do it."""
    place = place_of(request, route, target_id)
    asked = asked_for(request, place, key, action)
    require_changing(place, asked.definition)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    try:
        if request.method == "POST":
            return _do(request, asked, form)
        return _ask(request, asked, form)
    except RefusedError as error:
        label = lock_label(error.by) if error.by else ""
        context = {"asked": asked, "error": error, "lock_label": label, "title": "This cannot be changed here"}
        return confirmation(request, "accounts/settings/_refused.html", context, status=403)
    except ImpossibleValueError as error:
        kind = asked.definition.kind
        chosen = {**kind.chosen(asked.answer.value), **asked.submitted}
        fields = [(option, chosen.get(option.name, "")) for option in kind.options] if chosen else []
        context = {"asked": asked, "error": error, "fields": fields, "title": "This cannot be saved"}
        return confirmation(request, "accounts/settings/_impossible.html", context, status=422)


def _do(request: HttpRequest, asked: Asked, form: ConfirmForm) -> HttpResponse:
    if asked.action is Action.LOCK and not (form["reason"].data or "").strip():
        form.add_error("reason", "Say why: those who can no longer change it will read it.")
    if not form.is_valid():
        return _ask(request, asked, form, status=422)
    change = asked.change(form.cleaned_data["reason"])
    _try_out(asked, change)
    try:
        happened = store.apply(change, actor=asked.place.viewer, seen=form.cleaned_data["seen"], request=request)
    except StaleError:
        return _ask(request, asked, form, status=409, notice=STALE)
    messages.success(request, _done(asked, happened))
    tab = asked.place.address("settings_tab", asked.definition.tab_slug)
    return confirmed(request, f"{tab}#{asked.definition.key}", stays=True)


def _try_out(asked: Asked, change: Change) -> None:
    """Whether a new value works outside, before any transaction that saves it. Raises ImpossibleValueError.

    Not below a lock, which the store refuses anyway.
    """
    lock = asked.answer.locked_by
    if change.action is Action.SET and (lock is None or lock.tier is asked.place.tier):
        extensions.try_out(change.key, change.value, asked.place.viewer)


def _done(asked: Asked, happened: Mapping[int, str]) -> str:
    told = [
        f"{people} {'person' if people == 1 else 'people'}: {what}"
        for what, people in Counter(happened.values()).most_common(3)
    ]
    return " ".join([f"“{asked.definition.title}” {asked.words.done}.", *told])


def _ask(request: HttpRequest, asked: Asked, form: ConfirmForm, *, status: int = 200, notice: str = "") -> HttpResponse:
    if asked.changes_nothing():
        context = {"asked": asked, "title": asked.title, "is_stale": bool(notice)}
        return confirmation(request, "accounts/settings/_nothing.html", context, status=status)
    seen = preview_of(asked)
    if request.headers.get("Sec-Fetch-Site") != "cross-site":  # another site's link makes us ask nobody
        _try_out(asked, asked.change())
    context = {
        "asked": asked,
        "form": form,
        "impact": seen,
        "lines": summary(seen, asked.definition.kind),
        "becomes": asked.definition.kind.in_words(asked.change().value) if asked.action is Action.SET else "",
        "notice": notice,
        "title": asked.title,
    }
    return confirmation(request, "accounts/settings/_change.html", context, status=status)
