"""Ending one's own connection: what is held is counted for the question, tokens go at once, rows by a worker.

Microsoft is asked to notify no more, where that is quickly done; nothing depends on it, so that disconnecting works
with tokens that no longer do.
"""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, F, Q
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.models import AuditAction, User
from accounts.tiered_settings import revision
from calendar_integration import queueing
from calendar_integration.ending.disconnecting import ENDED
from calendar_integration.models import (
    AuthorizationAttempt,
    Connection,
    ConnectionState,
    Contact,
    Meeting,
    MeetingKind,
    Outcome,
)
from calendar_integration.subscriptions import ending

MEANWHILE = "You have disconnected"


@dataclass(frozen=True)
class Held:
    """What is held of a mailbox. `series` are the rows behind repeated meetings, which no page shows by themselves."""

    mailbox: str
    meetings: int
    series: int
    contacts: int
    tokens: int


def held_of(user: User) -> Held | None:
    """What disconnecting would delete, or None where the person is not connected: four queries."""
    connection = Connection.objects.with_mailbox().filter(user=user).first()
    if connection is None:
        return None
    is_series = Q(kind=MeetingKind.MASTER)
    rows = Meeting.objects.filter(connection=connection).aggregate(
        meetings=Count("pk", filter=~is_series), series=Count("pk", filter=is_series)
    )
    return Held(
        mailbox=connection.mailbox,
        meetings=rows["meetings"],
        series=rows["series"],
        contacts=Contact.objects.filter(connection=connection).count(),
        tokens=Connection.objects.filter(pk=connection.pk).exclude(token_cache="").count(),
    )


@transaction.atomic
def disconnect_oneself(user: User, *, request: HttpRequest) -> bool:
    """End the person's own connection, audited; False where there is none. The worker deletes what is left."""
    # The order in which everything else takes its locks: the account, attempts, then connections.
    revision.lock(user.account)
    # What is under way at Microsoft, or being redeemed, must not connect again what is disconnected here.
    AuthorizationAttempt.objects.filter(user=user, outcome="").update(
        outcome=Outcome.SETTING_CHANGED, detail=MEANWHILE, flow="", ended_at=timezone.now()
    )
    connection = Connection.objects.with_mailbox().select_for_update().filter(user=user).first()
    if connection is None:
        return False
    left = ending.leaving(connection)
    Connection.objects.filter(pk=connection.pk).update(
        **ENDED,
        state=ConnectionState.DISCONNECTED_BY_USER,
        disconnected_because="",
        disconnected_at=timezone.now(),
        token_cache="",
        token_cache_version=F("token_cache_version") + 1,
    )
    audit.record(
        AuditAction.DISCONNECTED,
        account=user.account,
        actor=user,
        target=user,
        before={"mailbox": connection.mailbox, "permissions": connection.permissions.in_words()},
        after={"state": ConnectionState.DISCONNECTED_BY_USER.value},
        request=request,
    )
    queueing.enqueue_forgetting([connection.pk])
    transaction.on_commit(lambda: ending.end(left))
    return True
