"""The read side of meetings: days of an agenda in a person's time zone."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import DateTimeField, Q, QuerySet
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from accounts.models import User
from calendar_integration import answering
from calendar_integration.models import Meeting, MeetingKind

DAYS = 14
MOST_FOUND = 100

REPEATS = {
    "daily": "daily",
    "weekly": "weekly",
    "absoluteMonthly": "monthly",
    "relativeMonthly": "monthly",
    "absoluteYearly": "yearly",
    "relativeYearly": "yearly",
}
ANSWERS = {
    "accepted": "You accepted",
    "tentativelyAccepted": "You answered maybe",
    "declined": "You declined",
    "notResponded": "Not answered yet",
}


@dataclass(frozen=True)
class Item:
    """A meeting on one day of the agenda; times are in the person's zone.

    `unanswerable` says why there is no answer to give to it, or nothing.
    """

    meeting: Meeting
    starts: datetime | None
    ends: datetime | None
    first_day: date
    last_day: date
    is_now: bool
    elsewhere: str
    unanswerable: str

    @property
    def title(self) -> str:
        """Its subject; Exchange's prefix of a cancelled one says again what the page says anyway."""
        subject = self.meeting.subject
        return subject.removeprefix("Canceled: ") if self.meeting.is_cancelled else subject

    @property
    def answer(self) -> str:
        """What the person answered, in words; nothing where there was nothing to answer."""
        return "" if self.meeting.is_cancelled else ANSWERS.get(self.meeting.response, "")

    @property
    def outlook_link(self) -> str:
        """Where Outlook shows it on the web, or nothing."""
        return self.meeting.web_link if self.meeting.web_link.startswith("https://") else ""

    @property
    def has_others(self) -> bool:
        """Whether one would expect a way to join: others are invited, and it has a time of the day."""
        return self.starts is not None and self.meeting.attendee_count > 0 and not self.meeting.is_private

    @property
    def is_longer_than_a_day(self) -> bool:
        """Whether it reaches over midnight."""
        return self.first_day != self.last_day

    @property
    def facts(self) -> list[str]:
        """What stands below its title."""
        meeting = self.meeting
        if meeting.is_private:
            return ["Private: only you see the details"]
        organizer = "" if meeting.is_organizer else meeting.organizer_name or meeting.organizer_email
        facts = [
            meeting.location if not meeting.location.startswith("http") else "",
            f"organised by {organizer}" if organizer else "",
            f"{meeting.attendee_count} invited" if meeting.attendee_count else "",
            self._repeats(),
            "Free" if meeting.show_as == "free" and not (meeting.is_all_day or meeting.is_cancelled) else "",
        ]
        return [fact for fact in facts if fact]

    def _repeats(self) -> str:
        if self.meeting.kind == MeetingKind.SINGLE:
            return ""
        repeats = REPEATS.get(self.meeting.pattern, "repeats")
        return f"{repeats}, changed this time" if self.meeting.kind == MeetingKind.EXCEPTION else repeats


@dataclass(frozen=True)
class Day:
    """A day of the agenda with what is on it, all-day first."""

    date: date
    items: list[Item]


def of_user(user: User) -> QuerySet[Meeting]:
    """The person's own meetings; series themselves are not meetings."""
    return Meeting.objects.filter(connection__user=user, connection__to_forget=False).exclude(kind=MeetingKind.MASTER)


def agenda(user: User, first_day: date, zone: ZoneInfo, *, days: int = DAYS) -> list[Day]:
    """The days from `first_day` on that have something on them: one query."""
    last_day = first_day + timedelta(days=days - 1)
    start, end = _midnight(first_day, zone), _midnight(last_day + timedelta(days=1), zone)
    on_these_days = Q(start_at__lt=end, end_at__gt=start) | Q(start_at__gte=start, start_at__lt=end)
    all_day = Q(start_date__lte=last_day, end_date__gt=first_day)
    return _days(of_user(user).filter(on_these_days | all_day), zone, first_day, last_day)


def search(user: User, words: str, first_day: date, zone: ZoneInfo) -> list[Day]:
    """The first hundred meetings from `first_day` on that have all these words in title, place or organiser."""
    start = _midnight(first_day, zone)
    found = of_user(user).filter(Q(end_at__gt=start) | Q(end_date__gt=first_day))
    for word in words.split()[:10]:
        in_text = Q(subject__icontains=word) | Q(location__icontains=word) | Q(organizer_name__icontains=word)
        found = found.filter(in_text)
    begins = Coalesce("start_at", Cast("start_date", DateTimeField()))
    return _days(found.order_by(begins, "pk")[:MOST_FOUND], zone, first_day, date.max)


def _days(meetings: QuerySet[Meeting], zone: ZoneInfo, first: date, last: date) -> list[Day]:
    now = timezone.now()
    by_day: dict[date, list[Item]] = defaultdict(list)
    for meeting in meetings:
        item = item_of(meeting, zone, now)
        shown_until = min(item.last_day, last, item.first_day + timedelta(days=60))
        day = max(item.first_day, first)
        while day <= shown_until:
            by_day[day].append(item)
            day += timedelta(days=1)
    return [Day(day, sorted(by_day[day], key=_order)) for day in sorted(by_day)]


def _order(item: Item) -> tuple[bool, datetime, str]:
    earliest = datetime.min.replace(tzinfo=ZoneInfo("UTC"))
    return item.starts is not None, item.starts or earliest, item.meeting.subject


def item_of(meeting: Meeting, zone: ZoneInfo, now: datetime) -> Item:
    """The meeting as it is shown to somebody in this zone."""
    unanswerable = answering.why_unanswerable(meeting, now, now.astimezone(zone).date())
    if meeting.start_date and meeting.end_date:
        last = meeting.end_date - timedelta(days=1)
        return Item(meeting, None, None, meeting.start_date, last, False, "", unanswerable)
    starts, ends = (moment.astimezone(zone) for moment in meeting.times)
    last_moment = max(starts, ends - timedelta(microseconds=1))
    is_now = starts <= now < ends and not meeting.is_cancelled
    elsewhere = _elsewhere(meeting, starts)
    return Item(meeting, starts, ends, starts.date(), last_moment.date(), is_now, elsewhere, unanswerable)


def _elsewhere(meeting: Meeting, starts: datetime) -> str:
    """The start as the clock shows it where the meeting was planned, if that clock differs."""
    if not meeting.zone or meeting.zone == "UTC":
        return ""
    there = starts.astimezone(ZoneInfo(meeting.zone))
    if there.utcoffset() == starts.utcoffset():
        return ""
    day = f"{there:%a} " if there.date() != starts.date() else ""
    return f"{day}{there:%H:%M} {meeting.zone.rpartition('/')[2].replace('_', ' ')}"


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone)
