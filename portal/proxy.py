"""Whose address it is, behind a proxy: the connection is the proxy's, and the header says who it speaks for."""

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse


class ProxyMiddleware:
    """Takes the address that our own proxy has added, which is the last one; those before it are anybody's claim."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.BEHIND_PROXY:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Put the person's address where everyone looks for it."""
        address = last_address(request.META.get("HTTP_X_FORWARDED_FOR", ""))
        if address:
            request.META["REMOTE_ADDR"] = address
        return self.get_response(request)


def last_address(forwarded_for: str) -> str:
    """The last address of the header, without a port; nothing where it is none."""
    last = forwarded_for.rpartition(",")[2].strip()
    if last.startswith("["):
        last = last[1:].partition("]")[0]
    elif last.count(":") == 1:
        last = last.partition(":")[0]
    try:
        return str(ip_address(last)) if "%" not in last else ""  # a zone means something on the proxy only
    except ValueError:
        return ""
