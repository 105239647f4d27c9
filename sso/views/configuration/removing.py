"""Removing the identity provider: asked first, with what it means for whom."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.permissions import require_admin
from accounts.views.confirming import confirmation, confirmed
from sso.configuration import drafts, removing
from sso.configuration.reach import reach_of
from sso.configuration.removing import StaleProviderError
from sso.configuration.switching import NotPossibleError

FRAGMENT = "sso/setup/_remove.html"
TITLE = "Remove the identity provider?"


@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest) -> HttpResponse:
    """Ask, then forget it; where somebody changed it meanwhile, ask again."""
    actor = require_admin(request)
    try:
        return _ask(request, actor) if request.method == "GET" else _remove(request, actor)
    except NotPossibleError as error:
        return confirmation(request, FRAGMENT, {"title": TITLE, "obstacle": str(error)}, status=409)


def _remove(request: HttpRequest, actor: User) -> HttpResponse:
    """Raises NotPossibleError."""
    try:
        removing.remove(actor.account, actor=actor, request=request, seen=request.POST.get("seen", ""))
    except StaleProviderError:
        return _ask(request, actor, is_stale=True)
    messages.success(request, "The identity provider is removed. People sign in with their passwords.")
    return confirmed(request, reverse("sso_setup"))


def _ask(request: HttpRequest, actor: User, *, is_stale: bool = False) -> HttpResponse:
    """Raises NotPossibleError."""
    provider = removing.removable(actor.account)
    context = {
        "title": TITLE,
        "provider": provider,
        "draft": drafts.draft_of(actor.account),
        "reach": reach_of(actor.account, provider.entity_id),
        "seen": removing.version(provider),
        "is_stale": is_stale,
    }
    return confirmation(request, FRAGMENT, context, status=409 if is_stale else 200)
