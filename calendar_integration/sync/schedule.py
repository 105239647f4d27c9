"""Which mailboxes are due. The only schedule is next_attempt_at in the database."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection as database
from django.db import transaction
from django.db.models import Count, F, Min, Q, QuerySet

from calendar_integration import clock
from calendar_integration.models import ACTIVE_STATES, Connection, ConnectionState
from calendar_integration.queueing import CLAIM
from calendar_integration.sync import freshness
from calendar_integration.sync.fairness import shares
from calendar_integration.sync.kinds import OF_SIGN_IN

STALE_BATCH = 5000
# Of each account the longest due, as many as it may have; a row that somebody is writing, or that another dispatcher
# has claimed a moment ago, is passed over. What is found is claimed in a statement of its own, by its ids: in one, they
# were joined, and while PostgreSQL took the table for empty it compared each mailbox with each.
LOCK_SHARES = f"""
WITH free AS MATERIALIZED (
    SELECT due.* FROM unnest(%(accounts)s::bigint[], %(counts)s::int[]) AS share (account_id, many),
    LATERAL (SELECT id, account_id, next_attempt_at AS due_at FROM {Connection._meta.db_table} AS mailbox
             WHERE mailbox.account_id = share.account_id AND state = ANY(%(states)s)
               AND next_attempt_at <= %(now)s AND (lease_until IS NULL OR lease_until < %(now)s)
             ORDER BY next_attempt_at LIMIT share.many
             FOR UPDATE SKIP LOCKED) AS due
)
SELECT id FROM free ORDER BY row_number() OVER (PARTITION BY account_id ORDER BY due_at), due_at
"""  # noqa: S608 - names of our own table


def claim_due() -> list[int]:
    """The ids of mailboxes that are due now and may be queued; they count as queued for a while.

    Accounts take turns, each with its longest due first. An account that pauses has none.
    """
    now = clock.now()
    due = Connection.objects.filter(
        Q(lease_until=None) | Q(lease_until__lt=now), state__in=ACTIVE_STATES, next_attempt_at__lte=now
    ).exclude(paused())
    waiting = _by_account(due)
    if not waiting:
        return []
    under_way = _by_account(Connection.objects.filter(Q(claimed_until__gt=now) | Q(lease_until__gt=now)))
    room = settings.SYNC_UNDER_WAY - sum(under_way.values())
    taken = shares(waiting, under_way, room=room, room_each=settings.SYNC_UNDER_WAY_PER_ACCOUNT)
    return _claim(taken, now) if taken else []


def _by_account(connections: QuerySet[Connection]) -> dict[int, int]:
    """How many of each account. Those stand first whose mailbox is due for longest: where there is room for few
    accounts, the order decides, and the same ones must not always be last.
    """
    counted = connections.order_by().values("account_id").annotate(many=Count("pk"), longest=Min("next_attempt_at"))
    return dict(counted.order_by("longest").values_list("account_id", "many"))


@transaction.atomic
def _claim(taken: Mapping[int, int], now: datetime) -> list[int]:
    parameters: dict[str, Any] = {
        "accounts": list(taken),
        "counts": list(taken.values()),
        "states": [state.value for state in ACTIVE_STATES],
        "now": now,
    }
    with database.cursor() as cursor:
        cursor.execute(LOCK_SHARES, parameters)
        locked = [row[0] for row in cursor.fetchall()]
    Connection.objects.filter(pk__in=locked).update(next_attempt_at=now + CLAIM, claimed_until=now + CLAIM)
    return locked


def may_run_now(connection_id: int) -> bool:
    """Whether a queued sync may begin: not while a failure, such as throttling, asks for a longer wait.

    Nor while its account pauses, unless this is the mailbox that is tried, or one that was never read.
    """
    # What a claim wrote is compared with itself: the clock of whoever claimed may be ahead of ours.
    soon = Q(next_attempt_at__lte=clock.now() + CLAIM) | Q(next_attempt_at=F("claimed_until"))
    goes_on = ~paused() | Q(account__circuit__probe=F("pk"))
    asked = Connection.objects.filter(Q(failures=0) | soon, pk=connection_id)
    return asked.filter(goes_on | Q(last_good_sync_at=None)).exists()


def paused() -> Q:
    """The mailboxes that a pause of their account stops.

    Where new tokens are not to be had, those that still have one go on: they are read meanwhile, and when it runs out
    they show whether the cause is everybody's.
    """
    of_all = ~Q(account__circuit__cause__in=[cause.value for cause in OF_SIGN_IN])
    return Q(account__circuit__opened_at__isnull=False) & (of_all | Q(failures__gt=0))


@transaction.atomic
def mark_stale() -> int:
    """Say so where an active mailbox has had no good sync for too long; answers how many.

    One that somebody is writing is left for the next time, and so are those beyond a great number.
    """
    late = Connection.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        freshness.silent(clock.now()), state=ConnectionState.ACTIVE
    )
    found = list(late.order_by("pk").values_list("pk", flat=True)[:STALE_BATCH])
    return Connection.objects.filter(pk__in=found).update(state=ConnectionState.STALE)
