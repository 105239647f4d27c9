"""How a person's mailbox stands, in one sentence they can act on. Never just "connected"."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.timesince import timesince

from accounts.models import User
from calendar_integration import ews_url, status_words
from calendar_integration.availability import Availability, Obstacle, availability_of
from calendar_integration.integration_setting import Method, Permissions
from calendar_integration.models import (
    DISCONNECTED_STATES,
    AuthorizationAttempt,
    CalendarService,
    Connection,
    ConnectionState,
    ConsentRequest,
    ConsentState,
    Outcome,
    Stream,
)
from calendar_integration.status_words import WORDS, Tone
from calendar_integration.sync import freshness

AGREED = (ConsentState.REPORTED, ConsentState.CONFIRMED)


@dataclass(frozen=True)
class MailboxStatus:
    """What is true now. `reads` are the streams of a first sync under way, as (kind, items read, finished)."""

    tone: Tone
    text: str
    state: str
    mailbox: str = ""
    checked_at: datetime | None = None
    can_connect: bool = False
    action: str = ""  # what the button says that leads to Microsoft
    is_first_sync: bool = False
    reads: tuple[tuple[str, int, bool], ...] = ()
    window: tuple[date, date] | None = None
    needs_help: bool = False
    requested_at: datetime | None = None  # since when their admins know that they wait
    is_agreed: bool = False  # an Office 365 admin is said to have agreed, which this person waits for
    agreed_at: datetime | None = None
    detail: str = ""
    obstacle: str = ""
    lacks_service: bool = False  # nobody of the company can connect
    is_unread: bool = False  # connected by a method that Atrium does not read with yet
    # Of the connection; where there is none, what would be asked for.
    permissions: Permissions = field(default_factory=Permissions)
    may_add_contacts: bool = False

    @property
    def has_nothing_to_show(self) -> bool:
        """Whether a page can say no more than how to connect, or why that is not possible."""
        return (
            self.is_unread
            or self.state in DISCONNECTED_STATES
            or (not self.mailbox and (self.can_connect or bool(self.obstacle)))
        )

    @property
    def is_checked_silently(self) -> bool:
        """Whether the button asks Microsoft for an approval without a page, where somebody would be stranded again."""
        return self.state == ConnectionState.BLOCKED_BY_ADMIN and not self.is_agreed

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


def mailbox_status(user: User) -> MailboxStatus:
    """The person's mailbox as it stands: six queries at most."""
    streams = Prefetch("streams", Stream.objects.order_by("-kind"))
    connection = Connection.objects.filter(user=user).select_related("listening").prefetch_related(streams).first()
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
        words = availability.words
        return MailboxStatus(Tone.QUIET, words, state, obstacle=words, lacks_service=True)
    known, can_connect = WORDS[state], availability.obstacle is None
    status = MailboxStatus(
        known.tone,
        known.text,
        state,
        connection.mailbox if connection and not connection.to_forget else "",
        can_connect=can_connect,
        action=known.action,
        detail=connection.disconnected_because if connection and state in DISCONNECTED_STATES else "",
        obstacle=availability.words,
        permissions=availability.permissions,
    )
    if state == ConnectionState.DISCONNECTED_BY_USER and connection:
        rest = status_words.BEING_DELETED if connection.to_forget else status_words.NOTHING_KEPT
        return replace(status, text=f"{known.text} {rest}")
    return _with_help(user, status, availability.service) if can_connect and availability.service else status


def _with_help(user: User, status: MailboxStatus, service: CalendarService) -> MailboxStatus:
    """The same with what is known about the approval that it may be waiting for."""
    status = replace(status, needs_help=_needs_help(user, service, ConnectionState(status.state)))
    if status.state != ConnectionState.BLOCKED_BY_ADMIN:
        return status
    if service.consent_state in AGREED:
        agreed_at = service.consent_reported_at
        return replace(status, is_agreed=True, agreed_at=agreed_at, action=status_words.CONNECT)
    waiting = ConsentRequest.objects.filter(user=user, told_at=None).values_list("asked_at", flat=True).first()
    return replace(status, requested_at=waiting)


def _needs_help(user: User, service: CalendarService, state: ConnectionState) -> bool:
    """Whether the person may have met "Need admin approval", so that the page which explains it is worth a link."""
    if state in (ConnectionState.PENDING, ConnectionState.BLOCKED_BY_ADMIN):
        return True
    last = AuthorizationAttempt.objects.filter(user=user).order_by("-pk").values_list("outcome", flat=True).first()
    return last in (Outcome.DECLINED, Outcome.EXPIRED) and service.consent_state != ConsentState.CONFIRMED


def _active(connection: Connection, now: datetime) -> MailboxStatus:
    """The sentence for a mailbox we hold tokens for."""
    state, mailbox, checked_at = connection.state, connection.mailbox, connection.last_good_sync_at
    if connection.method == Method.EWS:
        words = status_words.exchange_server(ews_url.host_of(connection.ews_url) or "your company's Exchange server")
        return MailboxStatus(words.tone, words.text, state, mailbox, is_unread=True)
    if checked_at is None:
        return _first_sync(connection)
    if state == ConnectionState.STALE or freshness.is_late(connection, now):
        words = WORDS[ConnectionState.STALE]
        return MailboxStatus(
            words.tone, words.text, ConnectionState.STALE, mailbox, checked_at, can_connect=True, action=words.action
        )
    words, window = WORDS[ConnectionState.ACTIVE], _window(connection)
    if connection.last_error:
        return MailboxStatus(Tone.WAITING, status_words.FAILED, state, mailbox, checked_at, window=window)
    return MailboxStatus(words.tone, words.text, state, mailbox, checked_at, window=window)


def _window(connection: Connection) -> tuple[date, date] | None:
    """What part of the calendar is kept: its first and its last day, which are days in UTC for everyone."""
    for stream in connection.streams.all():
        if stream.window_start and stream.window_end:
            return stream.window_start.date(), (stream.window_end - timedelta(microseconds=1)).date()
    return None


def _first_sync(connection: Connection) -> MailboxStatus:
    reads = tuple((s.kind, s.items_read, s.finished_at is not None) for s in connection.streams.all())
    text = status_words.FAILED if connection.last_error else status_words.FIRST_SYNC
    return MailboxStatus(Tone.WAITING, text, connection.state, connection.mailbox, is_first_sync=True, reads=reads)
