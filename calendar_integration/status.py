"""How a person's mailbox stands, in one sentence they can act on. Never just "connected"."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.timesince import timesince

from accounts.models import User
from calendar_integration.availability import Availability, Obstacle, availability_of
from calendar_integration.integration_setting import Permissions
from calendar_integration.models import (
    DISCONNECTED_STATES,
    AuthorizationAttempt,
    CalendarService,
    Connection,
    ConnectionState,
    ConsentState,
    Outcome,
    Stream,
)
from calendar_integration.sync import schedule


class Tone(StrEnum):
    """How a sentence is coloured."""

    GOOD = "good"
    WAITING = "waiting"
    WRONG = "wrong"
    QUIET = "quiet"


@dataclass(frozen=True)
class MailboxStatus:
    """What is true now. `reads` are the streams of a first sync under way, as (kind, items read, finished)."""

    tone: Tone
    text: str
    state: str
    mailbox: str = ""
    checked_at: datetime | None = None
    can_connect: bool = False
    is_first_sync: bool = False
    reads: tuple[tuple[str, int, bool], ...] = ()
    window: tuple[date, date] | None = None
    needs_help: bool = False
    detail: str = ""
    obstacle: str = ""
    # Of the connection; where there is none, what would be asked for.
    permissions: Permissions = field(default_factory=Permissions)
    may_add_contacts: bool = False

    @property
    def has_nothing_to_show(self) -> bool:
        """Whether a page can say no more than how to connect, or why that is not possible."""
        return self.state in DISCONNECTED_STATES or (not self.mailbox and (self.can_connect or bool(self.obstacle)))

    @property
    def way_back(self) -> str:
        """How somebody who was disconnected by a setting can connect anew, or nothing."""
        if not self.can_connect or not self.detail:
            return ""
        asked = self.permissions.in_words()
        if asked in self.detail:
            return "You can connect again with these permissions."
        return f"You can connect again. Atrium then asks for: {asked}."

    @property
    def checked_ago(self) -> str:
        """How long ago the mailbox was last reached, to the second within the first minute."""
        if self.checked_at is None:
            return ""
        seconds = int((timezone.now() - self.checked_at).total_seconds())
        if seconds < 60:
            return "just now" if seconds < 5 else f"{seconds} seconds ago"
        return f"{timesince(self.checked_at, depth=1)} ago"


TEXTS = {
    ConnectionState.NONE: (Tone.QUIET, "Your Office 365 calendar is not connected."),
    ConnectionState.PENDING: (Tone.WAITING, "You went to Microsoft and have not come back yet."),
    ConnectionState.STALE: (
        Tone.WRONG,
        "Out of date: Atrium has not reached your mailbox lately and keeps trying.",
    ),
    ConnectionState.NEEDS_REAUTHORIZATION: (
        Tone.WRONG,
        "Microsoft no longer accepts the authorization. Connect again; nothing is lost.",
    ),
    ConnectionState.BLOCKED_BY_ADMIN: (
        Tone.WAITING,
        "An Office 365 admin of your company has to approve first.",
    ),
    ConnectionState.MAILBOX_UNSUPPORTED: (
        Tone.WRONG,
        "Microsoft says there is no mailbox here that Atrium can read. It may lack a licence. Ask your administrator.",
    ),
    ConnectionState.DISCONNECTED_BY_USER: (Tone.QUIET, "You disconnected your Office 365 calendar."),
    ConnectionState.DISCONNECTED_BY_POLICY: (
        Tone.WAITING,
        "Disconnected by your company's settings.",
    ),
}


FAILED = "The last try failed; Atrium tries again by itself."


def mailbox_status(user: User) -> MailboxStatus:
    """The person's mailbox as it stands: five queries at most."""
    streams = Prefetch("streams", Stream.objects.order_by("-kind"))
    connection = Connection.objects.filter(user=user).prefetch_related(streams).first()
    if connection is not None and connection.is_active:
        return _with_way_on(user, connection, _active(connection, timezone.now()))
    return _inactive(user, connection, availability_of(user))


def _with_way_on(user: User, connection: Connection, status: MailboxStatus) -> MailboxStatus:
    """The same with what was authorized and, where there is reason to, whether connecting anew is possible."""
    permissions = connection.permissions
    if permissions.reads_contacts and not status.can_connect:
        return replace(status, permissions=permissions)
    availability = availability_of(user)
    possible = availability.obstacle is None
    return replace(
        status,
        permissions=permissions,
        can_connect=status.can_connect and possible,
        may_add_contacts=possible and availability.permissions.reads_contacts,
        obstacle=availability.words if status.can_connect else "",
    )


def _inactive(user: User, connection: Connection | None, availability: Availability) -> MailboxStatus:
    """The sentence where there is no connection, or one that a person has to mend."""
    state = ConnectionState(connection.state) if connection else ConnectionState.NONE
    if availability.obstacle is Obstacle.NO_SERVICE:
        return MailboxStatus(Tone.QUIET, "Your company has not set up Office 365 in Atrium yet.", state)
    tone, text = TEXTS[state]
    service = availability.service
    needs_help = service is not None and availability.obstacle is None and _needs_help(user, service, state)
    return MailboxStatus(
        tone,
        text,
        state,
        connection.mailbox if connection and not connection.to_forget else "",
        can_connect=availability.obstacle is None,
        needs_help=needs_help,
        detail=connection.disconnected_because if connection and state in DISCONNECTED_STATES else "",
        obstacle=availability.words,
        permissions=availability.permissions,
    )


def _needs_help(user: User, service: CalendarService, state: ConnectionState) -> bool:
    """Whether the person may have met "Need admin approval", so that the page which explains it is worth a link."""
    if state in (ConnectionState.PENDING, ConnectionState.BLOCKED_BY_ADMIN):
        return True
    last = AuthorizationAttempt.objects.filter(user=user).order_by("-pk").values_list("outcome", flat=True).first()
    return last in (Outcome.DECLINED, Outcome.EXPIRED) and service.consent_state != ConsentState.CONFIRMED


def _active(connection: Connection, now: datetime) -> MailboxStatus:
    """The sentence for a mailbox we hold tokens for."""
    checked_at = connection.last_good_sync_at
    if checked_at is None:
        return _first_sync(connection)
    late = now - checked_at > schedule.patience()
    if connection.state == ConnectionState.STALE or late:
        tone, text = TEXTS[ConnectionState.STALE]
        return MailboxStatus(tone, text, ConnectionState.STALE, connection.mailbox, checked_at, can_connect=True)
    window = _window(connection)
    if connection.last_error:
        return MailboxStatus(Tone.WAITING, FAILED, connection.state, connection.mailbox, checked_at, window=window)
    return MailboxStatus(Tone.GOOD, "Up to date", connection.state, connection.mailbox, checked_at, window=window)


def _window(connection: Connection) -> tuple[date, date] | None:
    """What part of the calendar is kept: its first and its last day, which are days in UTC for everyone."""
    for stream in connection.streams.all():
        if stream.window_start and stream.window_end:
            return stream.window_start.date(), (stream.window_end - timedelta(microseconds=1)).date()
    return None


def _first_sync(connection: Connection) -> MailboxStatus:
    reads = tuple((s.kind, s.items_read, s.finished_at is not None) for s in connection.streams.all())
    text = FAILED if connection.last_error else "Reading your mailbox for the first time."
    return MailboxStatus(Tone.WAITING, text, connection.state, connection.mailbox, is_first_sync=True, reads=reads)
