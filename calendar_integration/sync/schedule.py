"""Which mailboxes are due. The only schedule is next_attempt_at in the database."""

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from calendar_integration.integration_setting import Method
from calendar_integration.models import ACTIVE_STATES, Connection, ConnectionState
from calendar_integration.queueing import CLAIM
from calendar_integration.sync import freshness

BATCH = 200
STALE_BATCH = 5000


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


@transaction.atomic
def mark_stale() -> int:
    """Say so where an active mailbox has had no good sync for too long; answers how many.

    One that somebody is writing is left for the next time, and so are those beyond a great number.
    """
    # Mailboxes on Exchange servers are authorized, and not read yet: nothing of them is out of date.
    late = Connection.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        freshness.silent(timezone.now()), state=ConnectionState.ACTIVE, method=Method.GRAPH
    )
    found = list(late.order_by("pk").values_list("pk", flat=True)[:STALE_BATCH])
    return Connection.objects.filter(pk__in=found).update(state=ConnectionState.STALE)
