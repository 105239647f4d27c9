"""How a connection stands, in one word: decided by the database, so that lists, filters and numbers agree."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Case, CharField, F, Q, Value, When
from django.db.models.functions import Coalesce

from calendar_integration.models import ACTIVE_STATES, ConnectionState
from calendar_integration.sync import freshness


class Standing(models.TextChoices):
    """Each person has exactly one. "Connected" is none of them: it says nothing about what people see."""

    FRESH = "fresh", "Up to date"
    FIRST_SYNC = "first_sync", "First sync"
    RETRYING = "retrying", "Last try failed"
    STALE = "stale", "Out of date"
    SET_ASIDE = "set_aside", "Set aside"
    NEEDS_REAUTHORIZATION = "needs_reauthorization", "Has to connect again"
    BLOCKED_BY_ADMIN = "blocked_by_admin", "Waits for an Office 365 admin"
    MAILBOX_UNSUPPORTED = "mailbox_unsupported", "No mailbox to read"
    PENDING = "pending", "Did not come back from Microsoft"
    DISCONNECTED_BY_USER = "disconnected_by_user", "Disconnected by themselves"
    DISCONNECTED_BY_POLICY = "disconnected_by_policy", "Disconnected by a setting"
    NONE = "none", "Not connected"


TONES = {
    Standing.FRESH: "good",
    Standing.FIRST_SYNC: "waiting",
    Standing.RETRYING: "waiting",
    Standing.STALE: "wrong",
    Standing.SET_ASIDE: "wrong",
    Standing.NEEDS_REAUTHORIZATION: "wrong",
    Standing.BLOCKED_BY_ADMIN: "waiting",
    Standing.MAILBOX_UNSUPPORTED: "wrong",
    Standing.PENDING: "waiting",
}
READ = (Standing.FRESH, Standing.FIRST_SYNC, Standing.RETRYING, Standing.STALE, Standing.SET_ASIDE)
TROUBLE = (
    Standing.RETRYING,
    Standing.STALE,
    Standing.SET_ASIDE,
    Standing.NEEDS_REAUTHORIZATION,
    Standing.BLOCKED_BY_ADMIN,
    Standing.MAILBOX_UNSUPPORTED,
)
WITHOUT = (Standing.NONE,)


def standing(now: datetime, prefix: str = "") -> Case:
    """The standing as an expression over connections, or with `prefix` over what they hang on. Times are in UTC."""
    name = prefix.__add__
    is_told = Q(**{name("state"): ConnectionState.STALE})
    is_active = Q(**{name("state__in"): ACTIVE_STATES})
    return Case(
        When(is_active & Q(**{name("set_aside_at__isnull"): False}), then=Value(Standing.SET_ASIDE.value)),
        When(is_active & (is_told | freshness.silent(now, prefix)), then=Value(Standing.STALE.value)),
        When(is_active & ~Q(**{name("last_error"): ""}), then=Value(Standing.RETRYING.value)),
        When(is_active & Q(**{name("last_good_sync_at"): None}), then=Value(Standing.FIRST_SYNC.value)),
        # Connected again: what was read before is not what is in the mailbox now.
        When(
            is_active & Q(**{name("last_good_sync_at__lt"): F(name("connected_at"))}),
            then=Value(Standing.FIRST_SYNC.value),
        ),
        When(is_active, then=Value(Standing.FRESH.value)),
        default=Coalesce(F(name("state")), Value(Standing.NONE.value)),
        output_field=CharField(),
    )


class Age(models.TextChoices):
    """How long ago a mailbox that is up to date was last read whole, or that it is not up to date."""

    FIVE_MINUTES = "5m", "Within 5 minutes"
    QUARTER = "15m", "Within 15 minutes"
    HOUR = "1h", "Within an hour"
    LONGER = "longer", "Longer ago, as planned"
    STALE = "stale", "Out of date"
    NEVER = "never", "Not read whole yet"


FRESH_AGES = (Age.FIVE_MINUTES, Age.QUARTER, Age.HOUR, Age.LONGER)
BOUNDS = (
    (Age.FIVE_MINUTES, timedelta(minutes=5)),
    (Age.QUARTER, timedelta(minutes=15)),
    (Age.HOUR, timedelta(hours=1)),
)


def age(now: datetime, prefix: str = "") -> Case:
    """The age of the last good sync, as an expression over what is annotated with its `standing`.

    Where Microsoft tells of changes, polls are an hour apart, and a mailbox is up to date all the same.
    """
    synced = f"{prefix}last_good_sync_at"
    return Case(
        When(Q(standing__in=(Standing.STALE, Standing.SET_ASIDE)), then=Value(Age.STALE.value)),
        When(Q((synced, None)) | Q(standing=Standing.FIRST_SYNC), then=Value(Age.NEVER.value)),
        *(When(Q((f"{synced}__gte", now - bound)), then=Value(each.value)) for each, bound in BOUNDS),
        default=Value(Age.LONGER.value),
        output_field=CharField(),
    )
