"""Answering an invitation: the mailbox is told first, then what is held here follows, then a sync brings the truth.

No transaction is open while its server is waited for, and an answer is sent once: only the person repeats it.
"""

import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest

from accounts import audit
from accounts.models import AuditAction, User
from accounts.time_zones import time_zone_of
from calendar_integration import answering, clock, tokens
from calendar_integration.clients.base import Response
from calendar_integration.clients.graph_answers import ActionRefusedError, ItemNotFoundError
from calendar_integration.clients.selection import client_of
from calendar_integration.errors import (
    AccessDeniedError,
    CalendarError,
    ServerUnavailableError,
    TokenRefusedError,
    UnavailableError,
)
from calendar_integration.integration_setting import Method
from calendar_integration.models import ACTIVE_STATES, Connection, Meeting
from calendar_integration.queueing import enqueue_sync
from calendar_integration.sync.failures import note_failure
from calendar_integration.sync.leases import lease

PATIENCE_SECONDS = 5  # for a sync that is under way; a usual one takes less
PAUSE_SECONDS = 0.2
BUSY = (UnavailableError.in_words, ServerUnavailableError.in_words)
WHO = {Method.GRAPH: "Microsoft", Method.EWS: "Your company's Exchange server"}
RESPONSES = {Response.ACCEPTED: "accepted", Response.TENTATIVE: "maybe", Response.DECLINED: "declined"}


@dataclass(frozen=True)
class Reply:
    """What somebody answers; the note goes to the organizer."""

    response: Response
    note: str = ""
    whole_series: bool = False


class NotAnsweredError(Exception):
    """The answer was not given, or nobody knows; the message is for the person."""


class BusyError(CalendarError):
    """The mailbox is held by a sync."""

    in_words = "Atrium is reading your mailbox at this moment. Nothing was sent: try again in a few seconds."


def answer(user: User, meeting: Meeting, reply: Reply, *, request: HttpRequest | None = None) -> None:
    """Give the person's answer to one of their own meetings. Raises NotAnsweredError."""
    now = clock.now()
    hindrance = answering.why_unanswerable(meeting, now, now.astimezone(time_zone_of(user)).date())
    if hindrance:
        raise NotAnsweredError(hindrance)
    try:
        with _held(meeting.connection_id) as lease_id:
            _send(_writable(user, meeting), lease_id, _remote_id(meeting, reply), reply)
            _write_down(user, meeting, reply, request)
    except CalendarError as error:
        if not isinstance(error, BusyError) and error.retry_after is None:
            enqueue_sync(meeting.connection_id)
        raise NotAnsweredError(in_words(error, Method(meeting.connection.method))) from error
    enqueue_sync(meeting.connection_id)


@contextmanager
def _held(connection_id: int) -> Iterator[uuid.UUID]:
    """The mailbox's lease, waited for a moment. Raises BusyError."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        with lease(connection_id) as lease_id:
            if lease_id is not None:
                yield lease_id
                return
        if time.monotonic() > until:
            raise BusyError("The mailbox is being synchronised.")
        time.sleep(PAUSE_SECONDS)  # a lease is a row: nobody is told when it is free, and no transaction is open here


def _writable(user: User, meeting: Meeting) -> Connection:
    """The mailbox as it is now that nobody else holds it. Raises NotAnsweredError or UnavailableError."""
    connection = Connection.objects.filter(pk=meeting.connection_id, state__in=ACTIVE_STATES).first()
    if connection is None or not answering.may_write(connection):
        raise NotAnsweredError(answering.writing_of(user).words)
    # All that is known of the last failure are its words: one that Microsoft asked to wait after is kept to.
    if connection.failures and connection.last_error in BUSY and connection.next_attempt_at:
        wait = connection.next_attempt_at - clock.now()
        if wait > timedelta(0):
            raise UnavailableError("The mailbox has to be left alone.", retry_after=wait)
    return connection


def _remote_id(meeting: Meeting, reply: Reply) -> str:
    return meeting.master_id if reply.whole_series and meeting.master_id else meeting.remote_id


def _send(connection: Connection, lease_id: uuid.UUID, remote_id: str, reply: Reply) -> None:
    """Tell the mailbox; with a fresh token once more where the one we held was not accepted."""
    try:
        try:
            _respond(connection, remote_id, reply)
        except TokenRefusedError:
            tokens.forget_access_tokens(connection)
            _respond(connection, remote_id, reply)
    except UnavailableError as error:
        if error.retry_after:
            note_failure(connection, lease_id, error)
        raise


def _respond(connection: Connection, remote_id: str, reply: Reply) -> None:
    with closing(client_of(connection, tokens.access_token(connection))) as client:
        client.respond(remote_id, reply.response, reply.note)


@transaction.atomic
def _write_down(user: User, meeting: Meeting, reply: Reply, request: HttpRequest | None) -> None:
    """What was answered, at once; the log says no more than that somebody answered, and what."""
    answered = Q(pk=meeting.pk)
    if reply.whole_series and meeting.master_id:
        answered |= Q(master_id=meeting.master_id) | Q(remote_id=meeting.master_id)
    held = Meeting.objects.filter(answered, connection=meeting.connection_id)
    held.update(response=reply.response.value, change_key="")  # whatever the next sync brings of it counts
    audit.record(
        AuditAction.INVITATION_ANSWERED,
        account=user.account,
        actor=user,
        target=user,
        after={"answer": RESPONSES[reply.response]},
        request=request,
    )


def in_words(error: CalendarError, method: Method) -> str:
    """What the person can do about it."""
    if isinstance(error, ItemNotFoundError):
        return "This meeting is no longer in your calendar. It disappears here within minutes."
    if isinstance(error, AccessDeniedError):
        return (
            f"{WHO[method]} did not let Atrium write to your calendar. Answer in Outlook, and tell your administrator."
        )
    if isinstance(error, ActionRefusedError):
        return f"{WHO[method]} takes no answer to this meeting from Atrium. Answer in Outlook."
    if isinstance(error, UnavailableError):
        return _unavailable(error, WHO[method])
    return error.in_words


def _unavailable(error: UnavailableError, who: str) -> str:
    if error.retry_after is None:
        return f"{who} did not confirm your answer. Look here again in a minute, before you answer once more."
    seconds = max(1, round(error.retry_after.total_seconds()))
    wait = f"{seconds} second{'' if seconds == 1 else 's'}" if seconds < 100 else f"{round(seconds / 60)} minutes"
    return f"{who} is too busy just now. Nothing was sent: try again in {wait}."
