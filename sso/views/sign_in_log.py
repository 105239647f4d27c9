"""The log of sign-ins, for those who manage the account."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts import keyset
from accounts.permissions import require_admin
from accounts.requests import query_text
from sso.models import SignInAttempt
from sso.sign_in_log import filters, selection, words

LONGEST_FILTER = 254


@dataclass(frozen=True)
class Line:
    """A row as people read it."""

    attempt: SignInAttempt
    title: str
    advice: str


@require_GET
def sign_in_log(request: HttpRequest) -> HttpResponse:
    """A page of attempts, newest first."""
    account = require_admin(request).account
    typed = {name: query_text(request, name, longest=LONGEST_FILTER) for name in filters.PARAMETERS}
    asked = filters.read(typed, zone=timezone.get_current_timezone())
    context = {"asked": asked, "reasons": words.choices()}
    if asked.errors:
        return render(request, "sso/log/log.html", context, status=422)
    found = selection.matching(account, asked.filters)
    page = keyset.page(found, before=keyset.id_in(request, "before"), after=keyset.id_in(request, "after"))
    lines = [Line(attempt, words.title(attempt.reason), words.advice(attempt.reason)) for attempt in page.rows]
    return render(request, "sso/log/log.html", {**context, "page": page, "lines": lines})
