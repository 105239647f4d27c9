"""Which mailboxes have subscriptions to make or to renew."""

from django.conf import settings
from django.db import transaction

from calendar_integration import clock
from calendar_integration.models import Subscription
from calendar_integration.queueing import CLAIM

BATCH = 1000  # every quarter of a minute


@transaction.atomic
def claim_due() -> list[int]:
    """The connections of subscriptions that are due, longest due first; they count as queued for two minutes.

    None without NOTIFICATION_URL. Those of mailboxes that are not read just now are claimed too, and put off.
    """
    if not settings.NOTIFICATION_URL:
        return []
    now = clock.now()
    due = Subscription.objects.select_for_update(skip_locked=True).filter(next_attempt_at__lte=now)
    claimed = list(due.order_by("next_attempt_at").values_list("pk", "connection")[:BATCH])
    Subscription.objects.filter(pk__in=[pk for pk, _ in claimed]).update(next_attempt_at=now + CLAIM)
    return list(dict.fromkeys(connection for _, connection in claimed))
