"""What a view may rely on about its request."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.models import User

LONGEST_PARAMETER = 2000
PIECE, MOST_READ = 64 * 1024, 8 * 1024 * 1024  # bytes


def signed_in_user(request: HttpRequest) -> User:
    """The person asking. LoginRequiredMiddleware let nobody else in; PermissionDenied where it was bypassed."""
    if isinstance(request.user, User):
        return request.user
    raise PermissionDenied


def query_text(request: HttpRequest, name: str, *, longest: int = LONGEST_PARAMETER) -> str:
    """A query parameter as text the database can take: trimmed, shortened, without NUL characters."""
    return request.GET.get(name, "").replace("\0", "").strip()[:longest]


def read_the_rest(request: HttpRequest) -> None:
    """Take a refused body off the connection, up to a bound: left there, it can turn our answer into a reset."""
    for _piece in range(MOST_READ // PIECE):
        try:
            if not request.read(PIECE):
                return
        except OSError:
            return
