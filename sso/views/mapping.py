"""The mapping's page: attribute names, and rules in their order. For owners and admins."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import User
from accounts.permissions import require_admin
from accounts.requests import query_text
from sso.mapping import listing, reading, writing
from sso.mapping.forms import NamesForm


@require_GET
def mapping(request: HttpRequest) -> HttpResponse:
    """What attributes mean in this account."""
    user = require_admin(request)
    return _page(request, user, NamesForm(initial=vars(reading.names_of(user.account))))


@require_http_methods(["GET", "POST"])
def names(request: HttpRequest) -> HttpResponse:
    """Save the attribute names. A GET is somebody reloading: the page."""
    user = require_admin(request)
    if request.method == "GET":
        return redirect("sso_mapping")
    form = NamesForm(request.POST)
    if not form.is_valid():
        return _page(request, user, form, status=422)
    writing.name_attributes(user.account, form.names, actor=user, request=request)
    messages.success(request, "Saved. It counts from the next sign-in.")
    return redirect("sso_mapping")


def _page(request: HttpRequest, user: User, form: NamesForm, *, status: int = 200) -> HttpResponse:
    page, lines = listing.rules_page(user.account, query_text(request, "page"))
    context: dict[str, Any] = {"form": form, "page": page, "lines": lines, "most": writing.MOST_RULES}
    context["attributes"] = listing.known_attributes(user.account)
    return render(request, "sso/mapping/mapping.html", context, status=status)
