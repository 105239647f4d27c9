"""Mia, who is invited to something tomorrow, and whose mailbox Atrium may write to, or only read."""

from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.models import Account
from calendar_integration.clients.base import Response
from calendar_integration.integration_setting import CalendarAccess
from calendar_integration.invitations import Reply, answer
from calendar_integration.models import Connection, Meeting
from tests.calendar_integration.journey import Traveller
from tests.calendar_integration.making import set_integration
from tests.calendar_integration.synced import sync
from tests.makers import make_account, make_service, make_user
from tests.sandbox.running import Sandbox

MIA = "mia@contoso.example"
WEEKLY = {
    "pattern": {"type": "daily", "interval": 1},
    "range": {"type": "numbered", "numberOfOccurrences": 4},
}


def make_invited(
    microsoft: Sandbox, access: CalendarAccess = CalendarAccess.READWRITE, **event: Any
) -> tuple[Connection, Meeting]:
    """Mia's connection with these permissions, and tomorrow's meeting, to which Omar has invited her."""
    account = make_account()
    make_service(account)
    connection = connect(microsoft, account, access)
    invite(microsoft, **event)
    sync(connection)
    return connection, invitation(connection)


def connect(microsoft: Sandbox, account: Account, access: CalendarAccess) -> Connection:
    """Mia goes to Microsoft and comes back."""
    set_integration(account, calendars=access.value)
    return Traveller(make_user(account, "mia"), microsoft, "Mia Brandt").connect()


def invite(microsoft: Sandbox, **event: Any) -> Any:
    """Tomorrow at ten, by Omar."""
    start = datetime.now(UTC).replace(hour=10, minute=0, second=0, microsecond=0) + timedelta(days=1)
    tomorrow = {
        "subject": "Pricing",
        "start": {"dateTime": f"{start:%Y-%m-%dT%H:%M:%S}", "timeZone": "UTC"},
        "organizer": {"emailAddress": {"name": "Omar Haddad", "address": "omar@contoso.example"}},
        "attendees": [{"type": "required", "emailAddress": {"name": "Mia Brandt", "address": MIA}}],
    }
    return microsoft.control("POST", f"/people/{MIA}/events", tomorrow | event, 201)


def invitation(connection: Connection) -> Meeting:
    """The meeting as the portal holds it; of a series, its first occurrence."""
    held = Meeting.objects.filter(connection=connection, subject="Pricing").exclude(kind="seriesMaster")
    return held.earliest("start_at", "start_date")


def give(meeting: Meeting, response: Response = Response.ACCEPTED, **more: Any) -> None:
    """Mia's answer."""
    answer(meeting.connection.user, meeting, Reply(response, **more))


def at_microsoft(microsoft: Sandbox) -> list[str]:
    """What Outlook says of the meetings of that name that are still in the calendar, in order."""
    listed = microsoft.control("GET", f"/people/{MIA}/events")["value"]
    return [event["responseStatus"]["response"] for event in listed if event["subject"] == "Pricing"]


def held(connection: Connection) -> list[str]:
    """What the portal says of them."""
    rows = Meeting.objects.filter(connection=connection, subject="Pricing").exclude(kind="seriesMaster")
    return list(rows.order_by("start_at").values_list("response", flat=True))


def actions(microsoft: Sandbox) -> list[tuple[str, int]]:
    """What was asked of Graph other than reading, with how it was answered."""
    calls = microsoft.control("GET", "/requests")
    return [(call["path"].rpartition("/")[2], call["status"]) for call in calls if is_action(call)]


def is_action(call: dict[str, Any]) -> bool:
    """Whether a call to Graph did something."""
    return bool(call["kind"] == "graph" and call["method"] == "POST")
