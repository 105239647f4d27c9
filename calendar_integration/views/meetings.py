"""The agenda."""

from datetime import MAXYEAR, MINYEAR, date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.requests import query_text, signed_in_user
from accounts.time_zones import time_zone_of
from calendar_integration import answering, meetings
from calendar_integration.mailbox_status.status import MailboxStatus
from calendar_integration.mailbox_status.status_reading import mailbox_status


@require_GET
def meeting_list(request: HttpRequest) -> HttpResponse:
    """Two weeks from a day on, by default today; with words, what is found from that day on."""
    user = signed_in_user(request)
    zone = time_zone_of(user)
    today = timezone.now().astimezone(zone).date()
    words = query_text(request, "q", longest=200)
    first_day = parse_day(request.GET.get("from", "")) or today
    days = meetings.search(user, words, first_day, zone) if words else meetings.agenda(user, first_day, zone)
    status = mailbox_status(user)
    is_invited = any(not item.unanswerable for day in days for item in day.items)
    context = {
        "writing": answering.writing_of(user) if is_invited else None,
        "status": status,
        "is_empty": status.has_nothing_to_show,
        "days": days,
        "words": words,
        "most_found": meetings.MOST_FOUND,
        "today": today,
        "first_day": first_day,
        "last_day": first_day + timedelta(days=meetings.DAYS - 1),
        "earlier": first_day - timedelta(days=meetings.DAYS),
        "later": first_day + timedelta(days=meetings.DAYS),
        "zone_name": str(zone).replace("_", " "),
        "is_cut": bool(words) and sum(len(day.items) for day in days) >= meetings.MOST_FOUND,
        "is_outside": is_outside(status, first_day),
    }
    return render(request, "calendar_integration/meetings.html", context)


@require_GET
def mailbox_status_fragment(request: HttpRequest) -> HttpResponse:
    """The status line alone, asked for again and again while a first sync runs; when it is done, a fresh page."""
    status = mailbox_status(signed_in_user(request))
    response = render(request, "calendar_integration/_status.html", {"status": status})
    if not status.is_first_sync:
        response["HX-Refresh"] = "true"
    return response


def is_outside(status: MailboxStatus, first_day: date) -> bool:
    """Whether part of the days shown lies outside what is kept of the calendar."""
    if status.window is None:
        return False
    kept_from, kept_to = status.window
    return first_day < kept_from or first_day + timedelta(days=meetings.DAYS - 1) > kept_to


def parse_day(text: str) -> date | None:
    """A day such as 2026-11-22, or None; years at the ends of the calendar leave no room for two weeks."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if MINYEAR < day.year < MAXYEAR else None
