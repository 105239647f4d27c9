"""Trying mailboxes sooner than planned. What Microsoft asked to wait for is waited for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection as database
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from accounts import audit
from accounts.models import AuditAction, User
from calendar_integration.health.standing import Standing
from calendar_integration.models import ACTIVE_STATES, Connection, ConnectionState
from calendar_integration.sync import set_aside
from calendar_integration.sync.kinds import TOLD_TO_WAIT

AT_ONCE = 500  # mailboxes that one press of a button brings forward
PER_SECOND = 10
WORTH_IT = (Standing.RETRYING, Standing.STALE, Standing.SET_ASIDE)
# Locked in the order of their ids, as by everyone who writes many; one that somebody is writing is left to them.
BRING_FORWARD = f"""
UPDATE {Connection._meta.db_table} AS mailbox SET next_attempt_at = %(now)s + random() * %(spread)s
FROM (SELECT id AS waiting_id FROM {Connection._meta.db_table}
      WHERE id = ANY(%(ids)s) AND state = ANY(%(states)s) AND next_attempt_at > %(now)s
      ORDER BY id FOR UPDATE SKIP LOCKED) AS waiting
WHERE id = waiting_id
RETURNING id
"""  # noqa: S608 - names of our own table


@dataclass(frozen=True)
class Retried:
    """How many are tried now, and within how long; `left_alone` because Microsoft asked to wait."""

    tried: int = 0
    within: timedelta = timedelta(0)
    left_alone: int = 0
    is_cut: bool = False


def may_retry(connection: Connection, now: datetime) -> bool:
    """Whether there is something to bring forward: it fails or is out of date, and is not waiting as it was told to."""
    is_late = (
        bool(connection.failures) or connection.set_aside_at is not None or connection.state == ConnectionState.STALE
    )
    at = connection.next_attempt_at
    return connection.is_active and is_late and at is not None and not _must_wait(connection, now)


def _must_wait(connection: Connection, now: datetime) -> bool:
    at = connection.next_attempt_at
    return connection.failure_kind in TOLD_TO_WAIT and at is not None and at > now


def retry(connection: Connection, *, actor: User, request: HttpRequest | None = None) -> bool:
    """Try one mailbox at once; whether there was anything to try. Audited, with the person whose it is."""
    with transaction.atomic():
        is_tried = set_aside.retry_now(connection)
        if is_tried:
            audit.record(
                AuditAction.SYNC_RETRIED,
                account=actor.account,
                actor=actor,
                target=connection.user,
                request=request,
            )
    return is_tried


def retry_all(people: QuerySet[User], now: datetime, *, actor: User, request: HttpRequest | None = None) -> Retried:
    """Bring forward the mailboxes of these people that fail, five hundred at most, a few each second.

    `people` come with their standing. The dispatcher takes them as they fall due; nothing is queued here.
    """
    failing = people.filter(Q(standing__in=WORTH_IT), connection__next_attempt_at__isnull=False)
    throttled = Q(connection__failure_kind__in=TOLD_TO_WAIT, connection__next_attempt_at__gt=now)
    left_alone = failing.filter(throttled).count()
    ids = list(failing.exclude(throttled).order_by("connection").values_list("connection", flat=True)[: AT_ONCE + 1])
    with transaction.atomic():
        spread = timedelta(seconds=min(len(ids), AT_ONCE) / PER_SECOND)
        tried = _bring_forward(ids[:AT_ONCE], spread, now)
        if tried:
            audit.record(
                AuditAction.SYNC_RETRIED,
                account=actor.account,
                actor=actor,
                target=actor.account,
                after={"mailboxes": tried},
                request=request,
            )
    return Retried(tried, spread, left_alone, is_cut=len(ids) > AT_ONCE)


def _bring_forward(connection_ids: Sequence[int], spread: timedelta, now: datetime) -> int:
    parameters: dict[str, Any] = {
        "ids": connection_ids,
        "states": [state.value for state in ACTIVE_STATES],
        "now": now,
        "spread": spread,
    }
    with database.cursor() as cursor:
        cursor.execute(BRING_FORWARD, parameters)
        return len(cursor.fetchall())
