"""Whose clock a page is drawn by: the person's own, else their account's."""

from collections.abc import Callable
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.models import User

FOLLOW_ACCOUNT = "account"  # chosen, unlike an empty one, which a browser's zone may fill


@lru_cache(maxsize=1)
def known_time_zones() -> tuple[str, ...]:
    """The names people choose from: places of the tz database, and UTC."""
    places = (name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
    return ("UTC", *sorted(places))


def time_zone_of(user: User) -> ZoneInfo:
    """The person's time zone, else the account's, else UTC."""
    for name in (user.time_zone, user.account.time_zone):
        if name and name != FOLLOW_ACCOUNT:
            try:
                return ZoneInfo(name)
            except (ZoneInfoNotFoundError, ValueError):
                continue
    return ZoneInfo("UTC")


class TimeZoneMiddleware:
    """Draws every page of a signed-in person in their time zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Activate the person's zone for this request only."""
        if request.user.is_authenticated:
            with timezone.override(time_zone_of(request.user)):
                return self.get_response(request)
        return self.get_response(request)
