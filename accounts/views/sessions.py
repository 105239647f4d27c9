"""Signing out elsewhere: one's own browsers from the profile, other people's from a page for admins."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import SignInSession, User
from accounts.permissions import may_change_person, person_of_account, require_admin
from accounts.requests import signed_in_user
from accounts.signing_in import browsers, sessions
from accounts.views.confirming import confirmation, confirmed

CONFIRM = "accounts/sessions/_confirm.html"


def listed(request: HttpRequest, person: User) -> dict[str, Any]:
    """What the list of somebody's sessions shows: in one query, the latest of them, this browser first."""
    found = list(sessions.of_person(person)[: sessions.SHOWN_AT_MOST + 1])
    key = request.session.session_key
    lines = [
        {"session": session, "browser": browsers.in_words(session.user_agent), "is_this": session.session_key == key}
        for session in found[: sessions.SHOWN_AT_MOST]
    ]
    lines.sort(key=lambda line: not line["is_this"])
    return {
        "sessions": lines,
        "are_more": len(found) > sessions.SHOWN_AT_MOST,
        "are_others": any(not line["is_this"] for line in lines),
        "shown_at_most": sessions.SHOWN_AT_MOST,
    }


@require_http_methods(["GET", "POST"])
def sign_out_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """Sign one of one's own browsers out."""
    user = signed_in_user(request)
    return _sign_out(request, user, _one(user, session_id), reverse("profile"))


@require_http_methods(["GET", "POST"])
def sign_out_others(request: HttpRequest) -> HttpResponse:
    """Sign oneself out everywhere but here."""
    user = signed_in_user(request)
    return _sign_out(request, user, sessions.of_person(user), reverse("profile"))


@require_GET
def user_sessions(request: HttpRequest, user_id: int) -> HttpResponse:
    """Where somebody of the account is signed in."""
    admin = require_admin(request)
    person = person_of_account(admin, user_id)
    context = {"person": person, "may_sign_out": may_change_person(admin, person), **listed(request, person)}
    return render(request, "accounts/sessions/user.html", context)


@require_http_methods(["GET", "POST"])
def user_session_sign_out(request: HttpRequest, user_id: int, session_id: int) -> HttpResponse:
    """Sign one of somebody's browsers out."""
    person = _changeable(request, user_id)
    return _sign_out(request, person, _one(person, session_id), reverse("user_sessions", args=[user_id]))


@require_http_methods(["GET", "POST"])
def user_sessions_sign_out(request: HttpRequest, user_id: int) -> HttpResponse:
    """Sign somebody out everywhere, except for oneself in this browser."""
    person = _changeable(request, user_id)
    return _sign_out(request, person, sessions.of_person(person), reverse("user_sessions", args=[user_id]))


def _changeable(request: HttpRequest, user_id: int) -> User:
    """Somebody whom the person asking may sign out. Raises Http404 and PermissionDenied."""
    admin = require_admin(request)
    person = person_of_account(admin, user_id)
    if not may_change_person(admin, person):
        raise PermissionDenied
    return person


def _one(person: User, session_id: int) -> QuerySet[SignInSession]:
    """One session of the person. Raises Http404 where it is somebody else's, or ended long ago."""
    chosen = sessions.of_person(person).filter(pk=session_id)
    if not chosen.exists():
        raise Http404
    return chosen


def _sign_out(request: HttpRequest, person: User, chosen: QuerySet[SignInSession], back: str) -> HttpResponse:
    """Ask, then sign out, then go back; this browser is left by "Sign out" and not here."""
    others = chosen.exclude(session_key=request.session.session_key)
    if request.method == "GET":
        found = list(others[: sessions.SHOWN_AT_MOST + 1])
        names = [browsers.in_words(session.user_agent) for session in found]
        context = {"person": person, "is_self": person == request.user, "names": names, "back": back}
        return confirmation(request, CONFIRM, context)
    ended = sessions.revoke(person, others, actor=signed_in_user(request), request=request)
    messages.success(request, _said(len(ended)))
    return confirmed(request, back, stays=True)


def _said(number: int) -> str:
    if not number:
        return "There was nothing left to sign out."
    return "1 browser was signed out." if number == 1 else f"{number} browsers were signed out."
