"""What a view may rely on about its request."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.models import User


def signed_in_user(request: HttpRequest) -> User:
    """The person asking. LoginRequiredMiddleware let nobody else in; PermissionDenied where it was bypassed."""
    if isinstance(request.user, User):
        return request.user
    raise PermissionDenied
