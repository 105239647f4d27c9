"""The cookies that tie the steps of a sign-in to one browser."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse

BROWSER_COOKIE = "atrium_sso"
# Of a sign-in that began at the identity provider. A name of its own: others may be under way in other tabs.
UNASKED_COOKIE = "atrium_sso_unasked"


def browser_key_of(request: HttpRequest) -> str:
    """What ties a sign-in to this browser; several at once share it."""
    return request.COOKIES.get(BROWSER_COOKIE) or secrets.token_urlsafe(32)


def browser_keys(request: HttpRequest) -> list[str]:
    """Every key that this browser holds, or empty texts."""
    return [request.COOKIES.get(name, "") for name in (BROWSER_COOKIE, UNASKED_COOKIE)]


def remember_browser(response: HttpResponse, cookie: str, browser_key: str, lives: timedelta) -> HttpResponse:
    """The response with the browser's key in a cookie, which only sign-ins are sent."""
    response.set_cookie(
        cookie, browser_key, max_age=lives, path="/sso/", httponly=True, secure=settings.IS_HTTPS, samesite="Lax"
    )
    return response
