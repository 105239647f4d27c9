"""Building blocks of a calendar: bodies, ways to join, attendees, patterns."""

from datetime import date, datetime, timedelta
from html import escape
from random import Random

from sandbox.scenario import vocabulary as words
from sandbox.tenant.ids import stable_uuid
from sandbox.tenant.mailbox import Json
from sandbox.tenant.model import Person

_ANSWERS = ["accepted", "accepted", "accepted", "tentativelyAccepted", "notResponded", "declined"]
_WAYS = ["teams", "teams", "zoom", "meet", "room", "room", "none"]


def times(day: date, hour: int, minute: int, minutes: int, zone: str) -> Json:
    """Start and end on a local day in a named zone."""
    begins = datetime(day.year, day.month, day.day, hour, minute)  # noqa: DTZ001 - wall clock, the zone stands beside it
    ends = begins + timedelta(minutes=minutes)
    return {
        "start": {"dateTime": begins.isoformat(), "timeZone": zone},
        "end": {"dateTime": ends.isoformat(), "timeZone": zone},
    }


def all_day(day: date, days: int, zone: str) -> Json:
    """Whole days, the end exclusive."""
    return {**times(day, 0, 0, days * 24 * 60, zone), "isAllDay": True, "isReminderOn": False}


def weekly(days: list[str], interval: int = 1) -> Json:
    """Pattern: on these days of every n-th week."""
    return {"pattern": {"type": "weekly", "interval": interval, "daysOfWeek": days, "firstDayOfWeek": "monday"}}


def daily(interval: int = 1) -> Json:
    """Pattern: every n-th day."""
    return {"pattern": {"type": "daily", "interval": interval}}


def monthly(day: int) -> Json:
    """Pattern: on this day of every month."""
    return {"pattern": {"type": "absoluteMonthly", "interval": 1, "dayOfMonth": day}}


def first_weekday_monthly(day: str) -> Json:
    """Pattern: on the first such weekday of every month."""
    return {"pattern": {"type": "relativeMonthly", "interval": 1, "daysOfWeek": [day], "index": "first"}}


def meeting(draw: Random, owner: Person, colleagues: list[Person], name: str) -> Json:
    """What surrounds a meeting: who is invited, who invites, how it is joined, and a body of usual length."""
    invited = draw.sample(colleagues, k=min(len(colleagues), draw.randint(1, 6)))
    organizer = owner if draw.random() < 0.4 else draw.choice(invited)
    mine = organizer.oid == owner.oid
    answer = "organizer" if mine else draw.choice(_ANSWERS)
    return {
        "organizer": _mailbox(organizer),
        "attendees": [_attendee(draw, person) for person in invited if person.oid != organizer.oid]
        + ([] if mine else [_attendee(draw, owner, answer)]),
        "responseStatus": {"response": answer, "time": "0001-01-01T00:00:00Z"},
        "isOrganizer": mine,
        "showAs": "tentative" if answer in ("tentativelyAccepted", "notResponded") else "busy",
        **_way_to_join(draw, name),
    }


def _mailbox(person: Person) -> Json:
    return {"emailAddress": {"name": person.name, "address": person.upn}}


def _attendee(draw: Random, person: Person, answer: str | None = None) -> Json:
    status = {"response": answer or draw.choice(_ANSWERS), "time": "0001-01-01T00:00:00Z"}
    return {"type": "required" if draw.random() < 0.8 else "optional", "status": status, **_mailbox(person)}


def _way_to_join(draw: Random, name: str) -> Json:
    way, code = draw.choice(_WAYS), stable_uuid("join", name).hex
    if way == "teams":
        url = f"https://teams.microsoft.com/l/meetup-join/19%3ameeting_{code}%40thread.v2/0?context=%7b%7d"
        return {
            "isOnlineMeeting": True,
            "onlineMeetingProvider": "teamsForBusiness",
            "onlineMeeting": {"joinUrl": url},
            "location": {"displayName": "Microsoft Teams Meeting"},
            "body": body(draw, f'<a href="{url}">Join the meeting now</a>'),
        }
    if way == "zoom":
        url = f"https://us02web.zoom.us/j/{int(code[:9], 16) % 10**11:011d}?pwd={code[:24]}"
        return {"location": {"displayName": url}, "body": body(draw)}
    if way == "meet":
        url = f"https://meet.google.com/{_letters(code, 3)}-{_letters(code[3:], 4)}-{_letters(code[7:], 3)}"
        return {"body": body(draw, f'Video call: <a href="{url}">{url}</a>')}
    return {
        "location": {"displayName": draw.choice(words.ROOMS)} if way == "room" else None,
        "body": body(draw),
    }


def _letters(code: str, length: int) -> str:
    return "".join(chr(ord("a") + int(digit, 16)) for digit in code[:length])


def body(draw: Random, join: str = "") -> Json:
    """An HTML body the way Outlook wraps it."""
    points = "".join(
        f'<li style="margin-top:0; margin-bottom:0">{escape(point)}</li>'
        for point in draw.sample(words.AGENDA, k=draw.randint(3, 6))
    )
    html = (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8">'
        '<style type="text/css">p {margin-top:0; margin-bottom:0}</style></head><body dir="ltr">'
        '<div style="font-family:Aptos,Calibri,Helvetica,sans-serif; font-size:12pt; color:rgb(0,0,0)">'
        f"<p>Hello all,</p><p>please find the agenda below.</p><ol>{points}</ol>"
        f'<p>{join}</p><p style="font-size:10pt; color:rgb(96,94,92)">Sent on behalf of the organiser. '
        "Please bring your own figures, and tell us before the day if you cannot come.</p>"
        "</div></body></html>"
    )
    return {"contentType": "html", "content": html}
