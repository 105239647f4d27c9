"""What a failure means for a mailbox: when to try again, what its owner reads, and whether a person has to act."""

import logging
import uuid
from datetime import datetime

from django.db import InterfaceError, OperationalError, transaction

from accounts import audit
from accounts.models import AuditAction
from calendar_integration import client_secret, clock, notices, tokens
from calendar_integration.company_consent import consent_state
from calendar_integration.errors import (
    CalendarError,
    ConsentRefusedError,
    InteractionRequiredError,
    InvalidClientError,
    InvalidGrantError,
    MailboxUnsupportedError,
    OurMistakeError,
    TokenRefusedError,
    TokensLostError,
)
from calendar_integration.models import ACTIVE_STATES, Connection, ConnectionState
from calendar_integration.sync import leases, set_aside
from calendar_integration.sync.back_off import GRANT_GRACE, NO_MAILBOX_GRACE, wait_after
from calendar_integration.sync.kinds import FailureKind, kind_of
from calendar_integration.sync.waits import waits

logger = logging.getLogger(__name__)

AWAY = ("08", "57P")  # connections that fail, and servers that shut down or start
# Believed the second time only. Where no key reads the tokens it may have been forgotten in a new configuration, which
# must not cost everybody their connection before it is put right.
OF_THE_AUTHORIZATION = (InvalidGrantError, TokensLostError)
SEVERAL = 2  # people to whom consent is refused, from which on it is taken to be the company's


def note_failure(connection: Connection, lease_id: uuid.UUID, error: CalendarError) -> None:
    """Write down what happened and when to try again; give up only where a person has to act.

    Nothing is written where the mailbox is no longer ours: its owner has connected anew, or somebody took over.
    """
    now = clock.now()
    logger.warning("connection %s: %s", connection.pk, error)
    if isinstance(error, TokenRefusedError):
        tokens.forget_access_tokens(connection)
    lost = state_after(connection, error, now)
    changes: dict[str, object] = {
        "failures": connection.failures + 1,
        "last_error": _words(error, is_believed=lost is not None),
        "failure_kind": kind_of(error),
        "failing_since": connection.failing_since or now,
        "next_attempt_at": now + wait_after(connection.failures, error, waits()),
    }
    if isinstance(error, OurMistakeError):
        changes |= _counted(connection, error)
    if lost:
        changes |= {"state": lost, "told_to_reauthorize_at": None, "next_attempt_at": None}
    if isinstance(error, OF_THE_AUTHORIZATION) and connection.invalid_grant_at is None:
        changes["invalid_grant_at"] = now
    if isinstance(error, MailboxUnsupportedError) and connection.no_mailbox_at is None:
        changes["no_mailbox_at"] = now
    if isinstance(error, InteractionRequiredError) and error.claims:
        changes["claims_challenge"] = error.claims
    with transaction.atomic():
        if leases.ours(connection.pk, lease_id).update(**changes) and lost:
            _say_lost(connection, lost, error)
    _tell_company(connection, error)


def note_mistake(connection: Connection, lease_id: uuid.UUID, mistake: Exception) -> None:
    """Write down what Atrium did not expect while it read the mailbox.

    A database that was out of reach is nobody's mistake, and is not counted.
    """
    if is_out_of_reach(mistake):
        logger.warning("connection %s: the database was out of reach: %s", connection.pk, type(mistake).__name__)
        leases.ours(connection.pk, lease_id).update(next_attempt_at=clock.now() + waits().first)
        return
    note_failure(connection, lease_id, OurMistakeError(type(mistake).__name__))


def is_out_of_reach(mistake: Exception) -> bool:
    """Whether the database was away, and not at fault with what was asked: a full disk, or a row that no index takes.

    https://www.postgresql.org/docs/current/errcodes-appendix.html
    """
    if not isinstance(mistake, OperationalError | InterfaceError):
        return False
    state = getattr(mistake.__cause__, "pgcode", None)
    return state is None or state.startswith(AWAY)


def _words(error: CalendarError, *, is_believed: bool) -> str:
    """What the mailbox's owner reads."""
    if isinstance(error, MailboxUnsupportedError) and not is_believed:
        return error.in_words_meanwhile
    return error.in_words


def _counted(connection: Connection, error: OurMistakeError) -> dict[str, object]:
    mistakes = connection.our_mistakes + 1
    aside = set_aside.changes(0, mistakes, str(error), connection.set_aside_at)
    return {"our_mistakes": mistakes, **aside}


def _say_lost(connection: Connection, lost: ConnectionState, error: CalendarError) -> None:
    audit.record(
        AuditAction.CONNECTION_LOST,
        account=connection.account,
        actor=audit.WORKER,
        target=connection.user,
        before={"state": connection.state},
        after={"state": lost},
        reason=str(error),
    )
    if lost == ConnectionState.NEEDS_REAUTHORIZATION:
        notices.enqueue(notices.REAUTHORIZE_TASK, connection.pk)


def _tell_company(connection: Connection, error: CalendarError) -> None:
    """What is not this person's alone, noted for the whole account; its other mailboxes find out by themselves."""
    if isinstance(error, InvalidClientError):
        client_secret.note_refused(connection.account)
    if isinstance(error, ConsentRefusedError):
        consent_state.note_refusal(connection.account, is_companys=_is_companys(connection))


def _is_companys(connection: Connection) -> bool:
    """Whether consent is refused to several people of the company, or to all there are."""
    connected = Connection.objects.filter(account=connection.account_id, state__in=ACTIVE_STATES)
    refused = connected.filter(failure_kind=FailureKind.CONSENT).count()
    return refused >= SEVERAL or refused >= connected.count()


def state_after(connection: Connection, error: CalendarError, now: datetime) -> ConnectionState | None:
    """The state a failure ends in, or None where trying again may help."""
    if isinstance(error, MailboxUnsupportedError) and _is_believed(connection, error, now):
        return ConnectionState.MAILBOX_UNSUPPORTED
    refused_since = connection.invalid_grant_at
    if isinstance(error, OF_THE_AUTHORIZATION) and refused_since and now - refused_since >= GRANT_GRACE:
        return ConnectionState.NEEDS_REAUTHORIZATION
    return None


def _is_believed(connection: Connection, error: MailboxUnsupportedError, now: datetime) -> bool:
    """Whether there is no mailbox: at once where none was read since somebody connected, else after a day."""
    read_at, connected_at = connection.last_good_sync_at, connection.connected_at
    was_read = read_at is not None and (connected_at is None or read_at >= connected_at)
    said_since = connection.no_mailbox_at
    return error.permanent or not was_read or (said_since is not None and now - said_since >= NO_MAILBOX_GRACE)
