"""What happens to a session between requests: it is noted as used, it ends when idle, and people are told."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import User
from accounts.signing_in import idle_timeout, sessions
from accounts.signing_in.idle_timeout import ROW_SEEN_AT, SEEN_AT

View = Callable[..., HttpResponseBase]
ENDED = "You were signed out: this session was ended or has expired. Sign in to go on."


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Django's, which also tells people whose session was ended elsewhere."""

    def handle_no_permission(self, request: HttpRequest, view_func: View) -> HttpResponseBase:  # type: ignore[override]  # also by a header
        """To the sign-in page; the browser of an ended session still brings its cookie."""
        if request.COOKIES.get(settings.SESSION_COOKIE_NAME):
            messages.info(request, ENDED)
        if is_fragment(request):
            return to_sign_in(request)
        return super().handle_no_permission(request, view_func)


class ActivityMiddleware:
    """Ends sessions that were idle for too long, and notes when each was last used."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing of its own: which view was asked for is known later."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, _positional: tuple[Any, ...], _named: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Sign out who was idle, before the view; everyone else was just seen, unless their page asked by itself."""
        user = request.user
        if not isinstance(user, User):
            return None
        idleness, now = idle_timeout.read(request.session, user), idle_timeout.clock()
        if idleness.is_over(now):
            logout(request)
            words = idle_timeout.IN_WORDS[idleness.allowed]
            messages.info(request, f"You were signed out after {words} without activity.")
            return to_sign_in(request) if getattr(view, "login_required", True) else None
        if idleness.is_worth_noting(now) and not is_in_background(request):
            note(request, user, now)
        return None


def note(request: HttpRequest, user: User, now: int) -> None:
    """Keep that the session was used; our row, which others read, is written less often."""
    request.session[SEEN_AT] = now
    if now - request.session.get(ROW_SEEN_AT, 0) >= sessions.ROW_WRITTEN_EVERY.total_seconds():
        request.session[ROW_SEEN_AT] = now
        sessions.seen(request, user)


def is_in_background(request: HttpRequest) -> bool:
    """Whether a page asked by itself, without anybody doing anything."""
    match = request.resolver_match
    return match is not None and match.view_name in settings.BACKGROUND_ROUTES


def is_fragment(request: HttpRequest) -> bool:
    """Whether the answer would become a part of the page that the person is on."""
    return bool(getattr(request, "htmx", False))


def page_behind(request: HttpRequest) -> str:
    """The path of the page that a fragment was asked for, as its header says; nothing where that is no address."""
    try:
        return request.htmx.current_url_abs_path or ""  # type: ignore[attr-defined]  # of django-htmx
    except ValueError:
        return ""


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page, and from there back to the page that is open; a form's address is no page to go back to."""
    if is_fragment(request):
        back = page_behind(request)
        return HttpResponseClientRedirect(redirect_to_login(back).url if back else resolve_url(settings.LOGIN_URL))
    if request.method in ("GET", "HEAD"):
        return redirect_to_login(request.get_full_path())
    return HttpResponseRedirect(resolve_url(settings.LOGIN_URL))
