"""Mailboxes for stories that every client has to pass: in memory, in Exchange Online, on an Exchange server."""

import itertools
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from calendar_integration.clients.base import AnsweringClient, ContactRow, MeetingRow, Window
from calendar_integration.errors import MailboxUnsupportedError, UnavailableError
from calendar_integration.models import Meeting
from tests.calendar_integration.memory_mailbox import MASTER, MemoryClient, MemoryMailbox
from tests.calendar_integration.mirror import as_held, as_listed
from tests.makers import make_meeting_row
from tests.sandbox.running import Sandbox

ZONE = "Tokyo Standard Time"  # where days begin at 15:00 UTC of the day before
_numbers = itertools.count(1)


class World(Protocol):
    """Somebody's mailbox, from the side of its owner and of its server."""

    foreign_link: str  # such as another kind of mailbox has

    def client(self) -> AnsweringClient:
        """A client of it."""

    def meetings(self, window: Window) -> Counter[Any]:
        """The plain listing of the calendar."""

    def contacts(self) -> Counter[Any]:
        """The plain listing of the contacts: names and addresses."""

    def add(self, subject: str, start: datetime, end: datetime, *, days: int = 1, is_private: bool = False) -> str:
        """A meeting, or with `days` the first of a daily series of so many. Its id, or the series'."""

    def invite(self, subject: str, start: datetime, *, days: int) -> str:
        """A daily series of so many hours, to which somebody else invites. Its id."""

    def add_all_day(self, subject: str, day: date) -> str:
        """An event of one day, in a time zone where that begins at another hour than in UTC."""

    def occurrences(self, series_id: str) -> list[str]:
        """The ids of a series' occurrences, in their order."""

    def rename(self, event_id: str, subject: str) -> None:
        """Another subject, of a meeting, of an occurrence alone, or of a whole series."""

    def move(self, event_id: str, start: datetime) -> None:
        """To another time, for an hour."""

    def delete(self, event_id: str) -> None:
        """A meeting, an occurrence, or a whole series."""

    def add_contact(self, name: str, email: str) -> str:
        """A contact; its id."""

    def rename_contact(self, contact_id: str, name: str) -> None:
        """Another name."""

    def delete_contact(self, contact_id: str) -> None:
        """Away with it."""

    def lose_state(self) -> None:
        """The next link that is read is no longer known."""

    def throttle(self, seconds: int) -> None:
        """The next call is one too many."""

    def vanish(self) -> None:
        """From the next call on there is no such mailbox here."""


@dataclass
class InMemory:
    """The plainest of them."""

    mailbox: MemoryMailbox = field(default_factory=MemoryMailbox)
    foreign_link: str = "ews:since:AAAA"

    def client(self) -> AnsweringClient:
        return MemoryClient(self.mailbox)

    def meetings(self, window: Window) -> Counter[Any]:
        return Counter(as_held(Meeting(**row._asdict())) for row in self.mailbox.within(window).values())

    def contacts(self) -> Counter[Any]:
        return Counter((row.name, tuple(json.loads(row.emails))) for row in self.mailbox.contacts.values())

    def add(self, subject: str, start: datetime, end: datetime, *, days: int = 1, is_private: bool = False) -> str:
        row = make_meeting_row(subject=subject, start_at=start, end_at=end, is_private=is_private, is_organizer=True)
        if days == 1:
            self.mailbox.meetings[row.remote_id] = row
            return row.remote_id
        self.mailbox.meetings[row.remote_id] = row._replace(kind=MASTER, pattern="daily")
        for day in range(days):
            times: dict[str, Any] = {"start_at": start + timedelta(days=day), "end_at": end + timedelta(days=day)}
            series: dict[str, Any] = {"kind": "occurrence", "master_id": row.remote_id, "pattern": "daily"}
            occurrence = row._replace(remote_id=f"{row.remote_id}-{day:03}", **series, **times)
            self.mailbox.meetings[occurrence.remote_id] = occurrence
        return row.remote_id

    def invite(self, subject: str, start: datetime, *, days: int) -> str:
        series_id = self.add(subject, start, start + timedelta(hours=1), days=days)
        for key, row in self.mailbox.meetings.items():
            if series_id in (key, row.master_id):
                self.mailbox.meetings[key] = row._replace(is_organizer=False, response="notResponded")
        return series_id

    def add_all_day(self, subject: str, day: date) -> str:
        dates: dict[str, Any] = {
            "start_date": day,
            "end_date": day + timedelta(days=1),
            "start_at": None,
            "end_at": None,
        }
        row = make_meeting_row(subject=subject, **dates)
        self.mailbox.meetings[row.remote_id] = row
        return row.remote_id

    def occurrences(self, series_id: str) -> list[str]:
        return sorted(key for key, row in self.mailbox.meetings.items() if row.master_id == series_id)

    def rename(self, event_id: str, subject: str) -> None:
        self._change(event_id, lambda row: row._replace(subject=subject))
        for key in self.occurrences(event_id):
            renamed = self.mailbox.meetings[key]._replace(subject=subject, change_key=str(next(_numbers)))
            self.mailbox.meetings[key] = renamed

    def move(self, event_id: str, start: datetime) -> None:
        self._change(event_id, lambda row: row._replace(start_at=start, end_at=start + timedelta(hours=1)))

    def _change(self, event_id: str, change: Callable[[MeetingRow], MeetingRow]) -> None:
        row = change(self.mailbox.meetings[event_id])._replace(change_key=str(next(_numbers)))
        self.mailbox.meetings[event_id] = row._replace(kind="exception") if row.kind == "occurrence" else row

    def delete(self, event_id: str) -> None:
        for key in [event_id, *self.occurrences(event_id)]:
            del self.mailbox.meetings[key]

    def add_contact(self, name: str, email: str) -> str:
        row = ContactRow(f"contact-{next(_numbers)}", "1", name, "", "", "", f'["{email}"]', "[]")
        self.mailbox.contacts[row.remote_id] = row
        return row.remote_id

    def rename_contact(self, contact_id: str, name: str) -> None:
        row = self.mailbox.contacts[contact_id]
        self.mailbox.contacts[contact_id] = row._replace(name=name, change_key=str(next(_numbers)))

    def delete_contact(self, contact_id: str) -> None:
        del self.mailbox.contacts[contact_id]

    def lose_state(self) -> None:
        self.mailbox.lose_states()

    def throttle(self, seconds: int) -> None:
        self.mailbox.trouble = UnavailableError("too many", retry_after=timedelta(seconds=seconds))

    def vanish(self) -> None:
        self.mailbox.trouble = MailboxUnsupportedError("gone")


@dataclass
class InSandbox:
    """Somebody's mailbox in the sandbox, changed by its control API; `faults` names those of its kind of server."""

    microsoft: Sandbox
    upn: str
    make_client: Callable[[], AnsweringClient]
    faults: dict[str, str]
    foreign_link: str

    def client(self) -> AnsweringClient:
        return self.make_client()

    def meetings(self, window: Window) -> Counter[Any]:
        span = f"start={window.start:%Y-%m-%dT%H:%M:%SZ}&end={window.end:%Y-%m-%dT%H:%M:%SZ}"
        return Counter(map(as_listed, self._control("GET", f"events?{span}")["value"]))

    def contacts(self) -> Counter[Any]:
        rows = self._control("GET", "contacts")["value"]
        return Counter((row["displayName"], tuple(entry["address"] for entry in row["emailAddresses"])) for row in rows)

    def add(self, subject: str, start: datetime, end: datetime, *, days: int = 1, is_private: bool = False) -> str:
        sensitivity = {"sensitivity": "private"} if is_private else {}
        return self._add(subject, start, end, days, sensitivity)

    def invite(self, subject: str, start: datetime, *, days: int) -> str:
        omar = {"emailAddress": {"name": "Omar Haddad", "address": "omar@contoso.example"}}
        attendee = {"type": "required", "emailAddress": {"name": "Somebody", "address": self.upn}}
        invited = {"organizer": omar, "attendees": [attendee]}
        return self._add(subject, start, start + timedelta(hours=1), days, invited)

    def _add(self, subject: str, start: datetime, end: datetime, days: int, more: dict[str, Any]) -> str:
        event: dict[str, Any] = {"subject": subject, "start": of_graph(start), "end": of_graph(end), **more}
        if days > 1:
            range_ = {"type": "numbered", "startDate": f"{start:%Y-%m-%d}", "numberOfOccurrences": days}
            event["recurrence"] = {"pattern": {"type": "daily", "interval": 1}, "range": range_}
        return str(self._control("POST", "events", event)["id"])

    def add_all_day(self, subject: str, day: date) -> str:
        midnights = [{"dateTime": f"{at}T00:00:00", "timeZone": ZONE} for at in (day, day + timedelta(days=1))]
        event = {"subject": subject, "isAllDay": True, "start": midnights[0], "end": midnights[1]}
        return str(self._control("POST", "events", event)["id"])

    def occurrences(self, series_id: str) -> list[str]:
        rows = [row for row in self._control("GET", "events")["value"] if row["seriesMasterId"] == series_id]
        return [row["id"] for row in sorted(rows, key=lambda row: str(row["start"]["dateTime"]))]

    def rename(self, event_id: str, subject: str) -> None:
        self._control("PATCH", f"events/{event_id}", {"subject": subject})

    def move(self, event_id: str, start: datetime) -> None:
        times = {"start": of_graph(start), "end": of_graph(start + timedelta(hours=1))}
        self._control("PATCH", f"events/{event_id}", times)

    def delete(self, event_id: str) -> None:
        self._control("DELETE", f"events/{event_id}")

    def add_contact(self, name: str, email: str) -> str:
        contact = {"displayName": name, "emailAddresses": [{"address": email, "name": name}]}
        return str(self._control("POST", "contacts", contact)["id"])

    def rename_contact(self, contact_id: str, name: str) -> None:
        self._control("PATCH", f"contacts/{contact_id}", {"displayName": name})

    def delete_contact(self, contact_id: str) -> None:
        self._control("DELETE", f"contacts/{contact_id}")

    def lose_state(self) -> None:
        self.microsoft.fault(self.faults["lost"], upn=self.upn, count=1)

    def throttle(self, seconds: int) -> None:
        self.microsoft.fault(self.faults["throttled"], upn=self.upn, count=1, retry_after=seconds)

    def vanish(self) -> None:
        self.microsoft.fault(self.faults["gone"], upn=self.upn)

    def _control(self, method: str, path: str, body: Any = None) -> Any:
        return self.microsoft.control(method, f"/people/{self.upn}/{path}", body)


def of_graph(moment: datetime) -> dict[str, str]:
    """A time in UTC in Graph's JSON."""
    return {"dateTime": f"{moment:%Y-%m-%dT%H:%M:%S}", "timeZone": "UTC"}
