"""The circuit of each account in the database: what it learns, whom it tries, and how the others go on."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection as database
from django.db import transaction
from django.db.models import Q

from calendar_integration import clock
from calendar_integration.models import ACTIVE_STATES, Circuit, Connection
from calendar_integration.queueing import CLAIM
from calendar_integration.sync import circuit as machine
from calendar_integration.sync.circuit import ALL_WELL, Seen
from calendar_integration.sync.kinds import OF_SIGN_IN, TENANT_WIDE, TOLD_TO_WAIT, FailureKind, kind_of
from calendar_integration.sync.reading import Outcome
from calendar_integration.sync.waits import waits

logger = logging.getLogger(__name__)

MOST_PROBES = 1000  # a run of the dispatcher
RESUMED_PER_SECOND = 50  # mailboxes of an account that goes on
LONGEST_RESUMING = timedelta(minutes=5)
RESUME = f"""
UPDATE {Connection._meta.db_table} AS mailbox SET next_attempt_at = %(now)s + random() * %(spread)s
FROM (SELECT id AS waiting_id FROM {Connection._meta.db_table}
      WHERE account_id = %(account)s AND failure_kind = %(kind)s AND next_attempt_at > %(now)s
        AND state = ANY(%(states)s) AND set_aside_at IS NULL AND NOT (failure_kind = ANY(%(told_to_wait)s))
      FOR UPDATE SKIP LOCKED) AS waiting
WHERE id = waiting_id
"""  # noqa: S608 - names of our own tables


def seen_of(outcomes: Sequence[Outcome]) -> Seen:
    """What these mailboxes of one account show."""
    failed: dict[FailureKind, set[int]] = defaultdict(set)
    errors = [(outcome.connection.pk, outcome.error) for outcome in outcomes if outcome.error]
    for mailbox, error in errors:
        failed[kind_of(error)].add(mailbox)
    return Seen(
        {kind: frozenset(mailboxes) for kind, mailboxes in failed.items() if kind in TENANT_WIDE},
        has_succeeded=any(outcome.went_well for outcome in outcomes),
        has_new_token=any(outcome.has_new_token for outcome in outcomes),
        wait=max(
            (error.retry_after for _, error in errors if error.retry_after and kind_of(error) in TENANT_WIDE),
            default=None,
        ),
    )


def note(outcomes: Sequence[Outcome]) -> None:
    """Remember what they show of their accounts; no statement where all is well and was."""
    by_account: dict[int, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_account[outcome.connection.account_id].append(outcome)
    for account_id, theirs in by_account.items():
        seen = seen_of(theirs)
        if seen.failed or (seen.disproved and any(outcome.held.is_suspected for outcome in theirs)):
            _advance(account_id, seen, clock.now())


def choose_probes() -> list[int]:
    """The mailboxes that are to be tried now, one of every account whose turn it is; they count as queued."""
    now = clock.now()
    due = Circuit.objects.filter(opened_at__isnull=False, next_probe_at__lte=now).order_by("next_probe_at")
    chosen = [_choose(pk, now) for pk in due.values_list("pk", flat=True)[:MOST_PROBES]]
    return [mailbox for mailbox in chosen if mailbox is not None]


def known_of(row: Circuit | None) -> machine.Circuit:
    """A row as the state machine takes it."""
    if row is None:
        return ALL_WELL
    return machine.Circuit(
        FailureKind(row.cause),
        frozenset(row.mailboxes),
        row.since,
        row.opened_at,
        row.probes,
        row.probe,
        row.next_probe_at,
    )


def _advance(account_id: int, seen: Seen, now: datetime) -> None:
    with transaction.atomic():
        row = Circuit.objects.select_for_update().filter(account=account_id).first()
        if row is None and machine.advance(ALL_WELL, seen, now) != ALL_WELL:
            Circuit.objects.get_or_create(account_id=account_id, defaults={"cause": FailureKind.OTHER, "since": now})
            row = Circuit.objects.select_for_update().filter(account=account_id).first()
        before = known_of(row)
        after = machine.advance(before, seen, now, first=waits().first)
        if row is not None and after != before:
            _write(row, after)
    _say(account_id, before, after)
    if before.is_open and not after.is_open:
        resume(account_id, before.cause or FailureKind.OTHER)


def _write(row: Circuit, known: machine.Circuit) -> None:
    if known.cause is None or known.since is None:
        row.delete()
        return
    row.cause, row.mailboxes, row.since = known.cause, sorted(known.mailboxes), known.since
    row.opened_at, row.probes, row.probe = known.opened_at, known.probes, known.probe
    row.next_probe_at = known.next_probe_at
    row.save()


def _say(account_id: int, before: machine.Circuit, after: machine.Circuit) -> None:
    if after.is_open and not before.is_open:
        logger.warning("account %s pauses: %s; next try at %s", account_id, after.cause, after.next_probe_at)
    elif before.is_open and not after.is_open:
        logger.warning("account %s goes on: %s is over", account_id, before.cause)


@transaction.atomic
def _choose(pk: int, now: datetime) -> int | None:
    """The mailbox that is tried; where nobody is left who failed, the account goes on."""
    row = Circuit.objects.select_for_update(skip_locked=True).filter(pk=pk, next_probe_at__lte=now).first()
    if row is None:
        return None
    candidates = Connection.objects.filter(
        Q(lease_until=None) | Q(lease_until__lt=now), account=row.account_id, state__in=ACTIVE_STATES, set_aside_at=None
    )
    if row.cause in OF_SIGN_IN:  # one that has a token still would prove nothing
        mailbox = candidates.filter(failure_kind=row.cause).order_by("next_attempt_at").values_list("pk", flat=True)
    else:
        mailbox = candidates.order_by("failures", "next_attempt_at").values_list("pk", flat=True)
    chosen = mailbox.first()
    if chosen is None and _fail_still(row):  # but are being read just now
        Circuit.objects.filter(pk=pk).update(next_probe_at=now + waits().first)
        return None
    if chosen is None:
        row.delete()
        return None
    _write(row, machine.probing(known_of(row), chosen, now))
    Connection.objects.filter(pk=chosen).update(next_attempt_at=now + CLAIM, claimed_until=now + CLAIM)
    return chosen


def _fail_still(row: Circuit) -> bool:
    """Whether there is anybody left who could be tried."""
    left = Connection.objects.filter(account=row.account_id, state__in=ACTIVE_STATES, set_aside_at=None)
    return (left.filter(failure_kind=row.cause) if row.cause in OF_SIGN_IN else left).exists()


def resume(account_id: int, kind: FailureKind) -> None:
    """Let those go on that wait because of this, spread over a time, or they would all come at once."""
    waiting = Connection.objects.filter(account=account_id, failure_kind=kind, state__in=ACTIVE_STATES).count()
    parameters: dict[str, Any] = {
        "now": clock.now(),
        "spread": min(timedelta(seconds=waiting / RESUMED_PER_SECOND), LONGEST_RESUMING),
        "account": account_id,
        "kind": kind.value,
        "states": [state.value for state in ACTIVE_STATES],
        "told_to_wait": [told.value for told in TOLD_TO_WAIT],
    }
    with database.cursor() as cursor:
        cursor.execute(RESUME, parameters)
