"""Cookies that no browser of ours can have been given."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class OddCookiesMiddleware:
    """Drops cookies with NUL characters: the database cannot look such a session up, and nobody has one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on without them."""
        for name in [name for name, value in request.COOKIES.items() if "\0" in value]:
            del request.COOKIES[name]
        return self.get_response(request)
