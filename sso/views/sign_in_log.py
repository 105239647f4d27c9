"""The log of sign-ins, for those who manage the account."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts import keyset, log_filters
from accounts.permissions import require_admin
from sso.models import SignInAttempt
from sso.sign_in_log import filters, selection, words


@dataclass(frozen=True)
class Line:
    """A row as people read it."""

    attempt: SignInAttempt
    title: str
    advice: str

    @property
    def tone(self) -> str:
        """How the outcome is coloured: green is for those who came in only."""
        if self.attempt.reason:
            return "wrong"
        return "accent" if self.attempt.is_test else "good"


@require_GET
def sign_in_log(request: HttpRequest) -> HttpResponse:
    """A page of attempts, newest first."""
    account = require_admin(request).account
    asked = filters.read(log_filters.typed_in(request, filters.PARAMETERS), zone=timezone.get_current_timezone())
    context = {"asked": asked, "outcomes": words.choices()}
    if asked.errors:
        return render(request, "sso/log/log.html", context, status=422)
    found = selection.matching(account, asked.filters)
    page = keyset.page(found, before=keyset.id_in(request, "before"), after=keyset.id_in(request, "after"))
    return render(request, "sso/log/log.html", {**context, "page": page, "lines": [_line(row) for row in page.rows]})


def _line(attempt: SignInAttempt) -> Line:
    return Line(attempt, words.title(attempt.reason, is_test=attempt.is_test), words.advice(attempt.reason))
