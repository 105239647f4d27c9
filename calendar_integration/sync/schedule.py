"""Which mailboxes are due. The only schedule is next_attempt_at in the database."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from calendar_integration.models import ACTIVE_STATES, Connection, ConnectionState
from calendar_integration.queueing import CLAIM

BATCH = 200
STALE_BATCH = 5000
INTERVALS_UNTIL_STALE = 3


@transaction.atomic
def claim_due() -> list[int]:
    """The ids of mailboxes that are due now, longest due first; they count as queued for two minutes.

    One that somebody is writing is left for the next time: nobody waits, and two who claim at once share no mailbox.
    """
    now = timezone.now()
    due = (
        Connection.objects.select_for_update(skip_locked=True)
        .filter(
            Q(lease_until=None) | Q(lease_until__lt=now),
            state__in=ACTIVE_STATES,
            next_attempt_at__lte=now,
        )
        .order_by("next_attempt_at")
        .values_list("pk", flat=True)[:BATCH]
    )
    claimed = list(due)
    Connection.objects.filter(pk__in=claimed).update(next_attempt_at=now + CLAIM)
    return claimed


def may_run_now(connection_id: int) -> bool:
    """Whether a queued sync may begin: not while a failure, such as throttling, asks for a longer wait."""
    soon = Q(next_attempt_at__lte=timezone.now() + CLAIM)
    return Connection.objects.filter(Q(failures=0) | soon, pk=connection_id).exists()


def patience() -> timedelta:
    """How long a mailbox may go without a good sync and still count as up to date: three intervals."""
    return timedelta(seconds=settings.SYNC_INTERVAL_SECONDS * INTERVALS_UNTIL_STALE)


@transaction.atomic
def mark_stale() -> int:
    """Say so where an active mailbox has had no good sync for three intervals; answers how many.

    One that somebody is writing is left for the next time, and so are those beyond a great number.
    """
    too_long_ago = timezone.now() - patience()
    silent = Q(last_good_sync_at__lt=too_long_ago) | Q(last_good_sync_at=None, connected_at__lt=too_long_ago)
    late = Connection.objects.select_for_update(skip_locked=True).filter(silent, state=ConnectionState.ACTIVE)
    found = list(late.order_by("pk").values_list("pk", flat=True)[:STALE_BATCH])
    return Connection.objects.filter(pk__in=found).update(state=ConnectionState.STALE)
