"""When a mailbox counts as out of date: two base intervals after the poll it was promised.

Without notifications that is three intervals after the last good sync. With them, polls are further apart, and a change
that was announced and not read for three base intervals says the same, however far apart they are.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import DateTimeField, DurationField, F, Q, Value
from django.db.models.functions import Coalesce

from calendar_integration.models import Connection
from calendar_integration.sync.listening import base

INTERVALS_UNTIL_STALE = 3


def patience() -> timedelta:
    """How long a mailbox without notifications may go without a good sync: three intervals."""
    return base() * INTERVALS_UNTIL_STALE


def silent(now: datetime) -> Q:
    """The connections that went too long without a good sync; one that was connected anew has its time from then on."""
    connected = Q(connected_at__lt=now - patience())
    never = Q(last_good_sync_at=None)
    if not settings.NOTIFICATION_URL:
        return connected & (never | Q(last_good_sync_at__lt=now - patience()))
    interval = Coalesce(F("listening__interval"), Value(base(), DurationField()))
    late = Q(last_good_sync_at__lt=Value(now - patience() + base(), DateTimeField()) - interval)
    return connected & (never | late | Q(listening__unread_since__lt=now - patience()))


def is_late(connection: Connection, now: datetime) -> bool:
    """Whether a mailbox that was read before went too long without a good sync.

    With `listening` selected along with the connection it costs no statement.
    """
    listening = getattr(connection, "listening", None) if settings.NOTIFICATION_URL else None
    interval = (listening and listening.interval) or base()
    is_unread = listening and listening.unread_since and now - listening.unread_since > patience()
    checked_at, connected_at = connection.last_good_sync_at, connection.connected_at
    if connected_at is not None and now - connected_at <= patience():
        return False  # connected anew: what it lacks is on its way
    return bool(is_unread) or (checked_at is not None and now - checked_at > patience() - base() + interval)
