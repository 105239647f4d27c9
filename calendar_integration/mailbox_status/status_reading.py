"""Finding out how a person's mailbox stands: their connection, what is possible for them, and what they wait for."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db.models import Prefetch

from accounts.models import User
from calendar_integration import clock
from calendar_integration.availability import Availability, Obstacle, availability_of
from calendar_integration.errors import MailboxTooLargeError
from calendar_integration.health.told import told
from calendar_integration.integration_setting import Method
from calendar_integration.mailbox_status import status_words
from calendar_integration.mailbox_status.status import MailboxStatus
from calendar_integration.mailbox_status.status_words import WORDS, Tone
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
from calendar_integration.sync import freshness


def mailbox_status(user: User) -> MailboxStatus:
    """The person's mailbox as it stands: six queries at most."""
    streams = Prefetch("streams", Stream.objects.order_by("-kind"))
    now = clock.now()
    known = Connection.objects.filter(user=user).annotate(told=told(now))
    connection = known.select_related("listening").prefetch_related(streams).first()
    if connection is not None and connection.is_active:
        status = replace(
            _active(connection, now),
            next_try_at=_next_try_at(connection),
            unreadable=sum(len(stream.unreadable) for stream in connection.streams.all()),
        )
        return _with_way_on(user, connection, status)
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
        connection.last_good_sync_at if connection and state == ConnectionState.NEEDS_REAUTHORIZATION else None,
        can_connect=can_connect,
        action=known.action,
        detail=connection.disconnected_because if connection and state in DISCONNECTED_STATES else "",
        obstacle=availability.words,
        permissions=availability.permissions,
    )
    if state == ConnectionState.MAILBOX_UNSUPPORTED and connection:
        status = replace(status, text=_why_unsupported(connection) or known.text)
    if state == ConnectionState.DISCONNECTED_BY_USER and connection:
        rest = status_words.BEING_DELETED if connection.to_forget else status_words.NOTHING_KEPT
        return replace(status, text=f"{known.text} {rest}")
    return _with_help(user, status, availability.service) if can_connect and availability.service else status


def _why_unsupported(connection: Connection) -> str:
    """Why the mailbox is not read, where it is not for the usual reason."""
    is_unusual = connection.method == Method.EWS or connection.last_error == MailboxTooLargeError.in_words
    return connection.last_error if is_unusual else ""


def _with_help(user: User, status: MailboxStatus, service: CalendarService) -> MailboxStatus:
    """The same with what is known about the approval that it may be waiting for."""
    status = replace(status, needs_help=_needs_help(user, service, ConnectionState(status.state)))
    if status.state != ConnectionState.BLOCKED_BY_ADMIN:
        return status
    if service.is_agreed:
        agreed_at = service.consent_reported_at or service.consent_for_everyone_at
        return replace(
            status, text=status_words.APPROVED, is_agreed=True, agreed_at=agreed_at, action=status_words.CONNECT
        )
    waiting = ConsentRequest.objects.filter(user=user, told_at=None).values_list("asked_at", flat=True).first()
    return replace(status, requested_at=waiting)


def _needs_help(user: User, service: CalendarService, state: ConnectionState) -> bool:
    """Whether the person may have met "Need admin approval", so that the page which explains it is worth a link."""
    if state in (ConnectionState.PENDING, ConnectionState.BLOCKED_BY_ADMIN):
        return True
    last = AuthorizationAttempt.objects.filter(user=user).order_by("-pk").values_list("outcome", flat=True).first()
    is_known = service.consent_state == ConsentState.CONFIRMED and service.is_agreed
    return last in (Outcome.DECLINED, Outcome.EXPIRED) and not is_known


def _active(connection: Connection, now: datetime) -> MailboxStatus:
    """The sentence for a mailbox we hold tokens for."""
    state, mailbox, checked_at = connection.state, connection.mailbox, connection.last_good_sync_at
    if checked_at is None or (connection.connected_at is not None and checked_at < connection.connected_at):
        return _first_sync(connection)
    doubt = connection.last_error if connection.failure_kind in status_words.IN_DOUBT else ""
    if state == ConnectionState.STALE or freshness.is_late(connection, now):
        words = WORDS[ConnectionState.STALE]
        text = f"Out of date. {doubt}" if doubt else words.text
        return MailboxStatus(
            words.tone, text, ConnectionState.STALE, mailbox, checked_at, can_connect=True, action=words.action
        )
    words, window = WORDS[ConnectionState.ACTIVE], _window(connection)
    if connection.last_error:
        text = doubt or status_words.FAILED
        return MailboxStatus(Tone.WAITING, text, state, mailbox, checked_at, window=window)
    return MailboxStatus(
        words.tone, words.text, state, mailbox, checked_at, is_told=getattr(connection, "told", False), window=window
    )


def _next_try_at(connection: Connection) -> datetime | None:
    """When a mailbox whose last try failed is tried again."""
    return connection.next_attempt_at if connection.failures else None


def _window(connection: Connection) -> tuple[date, date] | None:
    """What part of the calendar is kept: its first and its last day, which are days in UTC for everyone."""
    for stream in connection.streams.all():
        if stream.window_start and stream.window_end:
            return stream.window_start.date(), (stream.window_end - timedelta(microseconds=1)).date()
    return None


def _first_sync(connection: Connection) -> MailboxStatus:
    reads = tuple((s.kind, s.items_read, s.finished_at is not None) for s in connection.streams.all())
    text = status_words.CATCHING_UP if connection.last_good_sync_at else status_words.FIRST_SYNC
    text = status_words.FAILED if connection.last_error else text
    return MailboxStatus(Tone.WAITING, text, connection.state, connection.mailbox, is_first_sync=True, reads=reads)
