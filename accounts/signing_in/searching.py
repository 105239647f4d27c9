"""Counting e-mails that lead to no company, so that nobody tries out whose customers we have."""

from axes.handlers.proxy import AxesProxyHandler
from django.http import HttpRequest

# Under this name all of one address's misses are counted, as wrong passwords are under an e-mail.
COUNTED_AS = {"username": "company of an e-mail"}


def is_held_up(request: HttpRequest) -> bool:
    """Whether so many e-mails of this address led nowhere that it waits, as after wrong passwords."""
    return not AxesProxyHandler.is_allowed(_bare(request), COUNTED_AS)


def missed(request: HttpRequest) -> None:
    """Count one that led nowhere."""
    AxesProxyHandler.user_login_failed(sender=__name__, credentials=COUNTED_AS, request=_bare(request))


def _bare(request: HttpRequest) -> HttpRequest:
    """The same request without what was typed, none of which is kept."""
    bare = HttpRequest()
    bare.META, bare.method, bare.path = request.META, request.method, request.path
    return bare
