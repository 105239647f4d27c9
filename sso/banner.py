"""What owners and admins see above the pages of single sign-on and of settings: certificates that run out."""

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from sso import expiry


def certificate_warnings(request: HttpRequest) -> dict[str, object]:
    """Context processor. It asks the database only in a page that shows the banner, and never for members."""
    return {"certificate_warnings": SimpleLazyObject(lambda: _warnings(request))}


def _warnings(request: HttpRequest) -> list[expiry.Expiring]:
    user = getattr(request, "user", None)
    if not isinstance(user, User) or not user.is_account_admin:
        return []
    return expiry.of_account(user.account, timezone.now())
