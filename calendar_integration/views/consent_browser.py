"""The cookie that ties a consent link's way to Microsoft and back to one browser. It is no session."""

import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from calendar_integration.authorization.admin_consent import MOST_WITHIN

COOKIE = "atrium_consent"


def key_of(request: HttpRequest) -> str:
    """This browser's key; a new one where it has none."""
    return request.COOKIES.get(COOKIE) or secrets.token_urlsafe(32)


def remember(response: HttpResponse, browser_key: str) -> HttpResponse:
    """The response with the key in a cookie, which lives as long as the result may be looked at."""
    response.set_cookie(
        COOKIE, browser_key, max_age=MOST_WITHIN, path="/", httponly=True, secure=settings.IS_HTTPS, samesite="Lax"
    )
    return response


def quietly(response: HttpResponse) -> HttpResponse:
    """The response, not to be found by search engines, and with an address that no other site is told."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response
