"""Using the draft, enforcing single sign-on, and switching it off: each asks first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Role, User
from accounts.permissions import require_admin
from accounts.views import consequential
from accounts.views.confirming import confirmation, confirmed
from accounts.views.consequential import Consequential
from sso.configuration import drafts, enforcing, switching
from sso.configuration.drafts import StaleDraftError
from sso.configuration.reach import reach_of
from sso.configuration.switching import NotPossibleError
from sso.views.configuration import effects

FRAGMENT = "sso/setup/_confirm.html"


@dataclass(frozen=True)
class Words:
    """A confirmation: `change` names its address and its part of the fragment."""

    change: str
    title: str
    button: str
    done: str


ACTIVATE = Words("activate", "Use this draft for sign-ins?", "Use it", "The draft is in use now.")
OFF = Words("off", "Switch off single sign-on?", "Switch off", "Single sign-on is switched off.")
ON = Words("on", "Switch on single sign-on?", "Switch on", "Single sign-on is in use again.")
ENFORCE = Words("enforce", "Enforce single sign-on?", "Enforce", "Single sign-on is enforced.")
STOP = Words("stop-enforcing", "Let people use passwords again?", "Stop enforcing", "People can use passwords again.")


@require_http_methods(["GET", "POST"])
def activate(request: HttpRequest) -> HttpResponse:
    """Ask, then put the tested draft into use."""
    actor = require_admin(request)
    draft = drafts.draft_of(actor.account)
    context = {"seen": drafts.version(draft), **(effects.of_activating(actor, draft) if draft else {})}

    def check() -> None:
        switching.tested(draft)

    def make() -> None:
        switching.activate(actor.account, actor=actor, request=request, seen=request.POST.get("seen", ""))

    return _answer(request, ACTIVATE, check, make, context)


@require_POST
def vouch(request: HttpRequest) -> HttpResponse:
    """An owner lets owners sign in with the provider that an admin put into use."""
    actor = require_admin(request)
    if actor.role != Role.OWNER:
        raise PermissionDenied
    switching.vouch(actor.account, actor=actor, request=request)
    messages.success(request, "Owners can sign in with it now.")
    return redirect("sso_setup")


@require_http_methods(["GET", "POST"])
def switch_off(request: HttpRequest) -> HttpResponse:
    """Ask, then switch off; refused while passwords are."""
    return _switch(request, OFF, is_on=False)


@require_http_methods(["GET", "POST"])
def switch_on(request: HttpRequest) -> HttpResponse:
    """Ask, then switch on what was in use before."""
    return _switch(request, ON, is_on=True)


@require_http_methods(["GET", "POST"])
def enforce(request: HttpRequest) -> HttpResponseBase:
    """Ask, with who loses password sign-in, then enforce."""
    actor = require_admin(request)
    provider = drafts.provider_of(actor.account)
    reach = reach_of(actor.account, provider.entity_id if provider else "")
    return _consequential(request, actor, ENFORCE, enforcing.enforce, {"reach": reach})


@require_http_methods(["GET", "POST"])
def stop_enforcing(request: HttpRequest) -> HttpResponseBase:
    """Ask, then let people use passwords again."""
    actor = require_admin(request)
    return _consequential(request, actor, STOP, enforcing.stop)


def _switch(request: HttpRequest, words: Words, *, is_on: bool) -> HttpResponse:
    actor = require_admin(request)

    def check() -> None:
        switching.refuse_switch(actor.account, is_on=is_on)

    def make() -> None:
        switching.switch(actor.account, is_on=is_on, actor=actor, request=request)

    provider = drafts.provider_of(actor.account)
    context = {"provider": provider, "host": effects.host_of(provider)} if provider else {}
    if provider and request.method == "GET":
        context["reach"] = reach_of(actor.account, provider.entity_id)
    return _answer(request, words, check, make, context)


def _answer(
    request: HttpRequest,
    words: Words,
    check: Callable[[], None],
    make: Callable[[], None],
    context: Mapping[str, object],
) -> HttpResponse:
    """Ask, or do it; where it is not possible, say why (409)."""
    shown = {"words": words, "title": words.title, **context}
    try:
        check()
        if request.method == "GET":
            return confirmation(request, FRAGMENT, shown)
        make()
    except NotPossibleError as error:
        return confirmation(request, FRAGMENT, {**shown, "obstacle": str(error)}, status=409)
    except StaleDraftError:
        return confirmation(request, FRAGMENT, {**shown, "obstacle": drafts.STALE}, status=409)
    messages.success(request, words.done)
    return confirmed(request, reverse("sso_setup"))


def _consequential(
    request: HttpRequest,
    actor: User,
    words: Words,
    make: Callable[..., Mapping[int, str]],
    shown: Mapping[str, object] | None = None,
) -> HttpResponseBase:
    """Ask with a preview of whom it concerns, and do it for the version that was seen. Owners keep their passwords."""
    context = {"words": words, "title": words.title, **(shown or {})}
    change = Consequential(
        account=actor.account,
        make=lambda seen: make(actor.account, actor=actor, seen=seen, request=request),
        people=enforcing.concerned(actor.account),
        fragment=FRAGMENT,
        path=reverse("sso_setup"),
        done=words.done,
        context=context,
    )
    try:
        return consequential.answer(request, change)
    except NotPossibleError as error:
        return confirmation(request, FRAGMENT, {**context, "obstacle": str(error)}, status=409)
