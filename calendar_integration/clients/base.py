"""What the engine needs of a mailbox.

Terms. A *round* reads one stream from a known point to its end: page after page, then a *delta link* that marks the
new point. A *full round* brings everything there is. A *master* describes a series; its *occurrences* may arrive with
their times only and take the rest from it; an *exception* is an occurrence that was changed and arrives whole.
*Removed* means "not in this window": deleted, moved out, or changed outside it.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, NamedTuple, Protocol, TypeVar

RowT = TypeVar("RowT", "MeetingRow", "ContactRow")


class Response(StrEnum):
    """What can be answered to an invitation, in the word that the mailbox then has for it."""

    ACCEPTED = "accepted"
    TENTATIVE = "tentativelyAccepted"
    DECLINED = "declined"


class Window(NamedTuple):
    """From `start` to before `end`, both aware times in UTC."""

    start: datetime
    end: datetime


class MeetingRow(NamedTuple):
    """A meeting in the order of the columns it is written to; times are aware and in UTC, all-day ones are dates.

    `change_key` is another one after every change, of an occurrence also after those of its series.
    """

    remote_id: str
    change_key: str
    kind: str
    master_id: str
    pattern: str
    subject: str
    preview: str
    location: str
    organizer_name: str
    organizer_email: str
    is_organizer: bool
    attendee_count: int
    start_at: datetime | None
    end_at: datetime | None
    start_date: date | None
    end_date: date | None
    zone: str
    join_url: str
    join_provider: str
    is_cancelled: bool
    is_private: bool
    show_as: str
    response: str
    wants_response: bool
    web_link: str


class Occurrence(NamedTuple):
    """An occurrence as it arrives: its times as sent, in UTC, and no more."""

    remote_id: str
    change_key: str
    master_id: str
    start_at: datetime
    end_at: datetime


class ContactRow(NamedTuple):
    """A contact in the order of the columns it is written to; `emails` and `phones` are JSON texts."""

    remote_id: str
    change_key: str
    name: str
    company: str
    job_title: str
    department: str
    emails: str
    phones: str


@dataclass(frozen=True, slots=True)
class Page(Generic[RowT]):
    """One answer of a round. Exactly one of `next_link` and `delta_link` is set.

    A client that learns only that something has changed reads everything anew, and says so by `is_whole`: the round
    then is a full one, wherever it began. `unreadable` are the ids of items that are there and cannot be read.
    """

    rows: list[RowT]
    occurrences: list[Occurrence]
    removed: list[str]
    next_link: str
    delta_link: str
    is_whole: bool = False
    unreadable: list[str] = field(default_factory=list)


class Instances(NamedTuple):
    """The occurrences and exceptions of a series, whole, and the ids of those that cannot be read."""

    rows: list[MeetingRow]
    unreadable: list[str]


@dataclass(frozen=True, slots=True)
class Profile:
    """Whose token it is. `oid` is the directory object's id."""

    oid: str
    mail: str
    user_principal_name: str


class CalendarClient(Protocol):
    """One mailbox. Every call may raise the errors of calendar_integration.errors."""

    def events_page(self, link: str, window: Window) -> Page[MeetingRow]:
        """The page at `link`; with an empty link, the first of a full round over the window."""

    def contacts_page(self, link: str) -> Page[ContactRow]:
        """The page at `link`; with an empty link, the first of a full round."""

    def event(self, remote_id: str) -> MeetingRow | None:
        """One event whole, or None where there is none. Raises UnreadableItemError where it cannot be read."""

    def instances(self, master_id: str, window: Window) -> Instances | None:
        """Every occurrence and exception of a series within the window, whole; None where there is no such series."""

    def close(self) -> None:
        """Let go of what was held for this mailbox alone."""


class AnsweringClient(CalendarClient, Protocol):
    """A mailbox that can be answered from, which a sync has no use for."""

    def respond(self, remote_id: str, response: Response, comment: str) -> None:
        """Answer an invitation, and tell the organizer; a master's id answers the series. It is sent once."""
