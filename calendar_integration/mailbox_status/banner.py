"""What stands above every page while a person has to act: their own authorization, or our client secret for admins."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from accounts.models import Account, User
from calendar_integration.availability import availability_of
from calendar_integration.models import Connection, ConnectionState

OWN_PAGES = "/office365/"  # those of an authorization are nothing to come back to


@dataclass(frozen=True)
class Banners:
    """`reconnect_from` is where somebody who has to connect again comes back to; empty where nobody has to."""

    reconnect_from: str = ""
    secret_refused_at: datetime | None = None


def office365_banners(request: HttpRequest) -> dict[str, object]:
    """Context processor. It asks the database in whole pages only, once."""
    return {"office365_banners": SimpleLazyObject(lambda: _banners(request))}


def _banners(request: HttpRequest) -> Banners:
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return Banners()
    lost = Connection.objects.filter(user=user.pk, state=ConnectionState.NEEDS_REAUTHORIZATION)
    known = Account.objects.filter(pk=user.account_id).values_list(Exists(lost), "calendar_service__secret_refused_at")
    is_lost, refused_at = known[0]
    # Where the integration was switched off meanwhile there is nothing that they could do.
    may_mend = is_lost and availability_of(user).obstacle is None
    return Banners(_way_back(request) if may_mend else "", refused_at if user.is_account_admin else None)


def _way_back(request: HttpRequest) -> str:
    is_page = request.method == "GET" and not request.path.startswith(OWN_PAGES)
    return request.get_full_path() if is_page else reverse("meetings")
