"""What the ways of adding and of changing the calendar service have in common."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.models import User
from accounts.tiered_settings.reading import standing
from calendar_integration.integration_setting import Integration, Method, Permissions
from calendar_integration.setting_definitions import INTEGRATION
from calendar_integration.views.company.steps import Step, Walk, begin, go_on

PAGE = "calendar_integration"
TYPED_URL = "typed_ews_url"  # in the session


def walk(request: HttpRequest, user: User, steps: Sequence[Step], initial: Mapping[str, str]) -> Walk:
    """Where the request leads to: the first step, or what follows the posted one."""
    if request.method == "POST":
        return go_on(steps, user, request.POST, initial)
    return begin(steps, user, initial)


def show(request: HttpRequest, way: Walk, context: dict[str, Any]) -> HttpResponse:
    """The step that is to be shown, with what `context` says of the whole way: its title and its last button."""
    return render(request, "calendar_integration/company/walk.html", {"walk": way, **context}, status=way.status)


def to_page(request: HttpRequest, said: Mapping[str, Any]) -> HttpResponse:
    """On to the page, which knows the EWS URL that was typed until it is in the setting, where it is kept.

    It travels in the session: addresses end up in logs and in browsers' histories.
    """
    if said["method"] == Method.EWS:
        request.session[TYPED_URL] = said["ews_url"]
    else:
        request.session.pop(TYPED_URL, None)
    return redirect(PAGE)


def typed_url(request: HttpRequest, in_setting: str) -> str:
    """The EWS URL that was typed for the service in this session, until the setting has it."""
    typed = str(request.session.get(TYPED_URL, ""))
    if typed and typed == in_setting:
        del request.session[TYPED_URL]
    return typed


def of_setting(user: User) -> dict[str, str]:
    """What the account's setting has people asked for, to begin with: one query."""
    value = Integration.of(standing(user.account, [INTEGRATION.key])[INTEGRATION.key].value)
    by_graph = value.permissions if value.method is Method.GRAPH else Permissions()
    return {"method": value.method.value, "ews_url": value.ews_url, **choices(by_graph)}


def choices(permissions: Permissions) -> dict[str, str]:
    """Permissions as the forms name them."""
    return {"calendars": permissions.calendars.value, "contacts": permissions.contacts.value}


def likely(user: User, domains: Sequence[str]) -> str:
    """The domain of the person asking, if it is proven, else the first one."""
    own = user.email.rpartition("@")[2].lower()
    return own if own in domains else next(iter(domains), "")
