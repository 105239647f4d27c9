"""Whether Microsoft tells Atrium of a mailbox's changes, so that it is up to date although it is polled seldom."""

from datetime import datetime

from django.conf import settings
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, Value
from django.db.models.expressions import Combinable

from calendar_integration.models import Subscription
from calendar_integration.sync.listening import base


def told(now: datetime, prefix: str = "") -> Combinable:
    """Whether notifications are believed, as an expression over connections, or with `prefix` over what they hang on.

    It holds where the last good sync stretched the polls for their sake, nothing that was announced is unread, and
    every subscription still lives. Times are in UTC.
    """
    if not settings.NOTIFICATION_URL:
        return Value(value=False)
    lives = Q(expires_at__gt=now, notification_url=settings.NOTIFICATION_URL, doubted_at=None) & ~Q(remote_id="")
    lost = Subscription.objects.filter(connection=OuterRef(f"{prefix}pk")).exclude(lives)
    believed = Q((f"{prefix}listening__interval__gt", base()), (f"{prefix}listening__unread_since", None))
    return ExpressionWrapper(believed & ~Exists(lost), output_field=BooleanField())
