"""Which mailboxes are due. The only schedule is next_attempt_at in the database."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from calendar_integration.models import Connection, ConnectionState

BATCH = 200
CLAIM = timedelta(minutes=2)  # a queued mailbox is not queued again within this time
INTERVALS_UNTIL_STALE = 3


def claim_due() -> list[int]:
    """The ids of mailboxes that are due now, longest due first; they count as queued for two minutes."""
    now = timezone.now()
    due = (
        Connection.objects.filter(
            Q(lease_until=None) | Q(lease_until__lt=now),
            state__in=[ConnectionState.ACTIVE, ConnectionState.STALE],
            next_attempt_at__lte=now,
        )
        .order_by("next_attempt_at")
        .values_list("pk", flat=True)[:BATCH]
    )
    claimed = list(due)
    Connection.objects.filter(pk__in=claimed).update(next_attempt_at=now + CLAIM)
    return claimed


def mark_stale() -> int:
    """Say so where an active mailbox has had no good sync for three intervals; answers how many."""
    patience = timedelta(seconds=settings.SYNC_INTERVAL_SECONDS * INTERVALS_UNTIL_STALE)
    too_long_ago = timezone.now() - patience
    silent = Q(last_good_sync_at__lt=too_long_ago) | Q(last_good_sync_at=None, connected_at__lt=too_long_ago)
    return Connection.objects.filter(silent, state=ConnectionState.ACTIVE).update(state=ConnectionState.STALE)
