"""How often a mailbox is polled beside its notifications: pure, facts in, interval out.

Polling is the base, and notifications may be lost silently. They are believed as far as they have been shown to work:
every good sync that finds no change which nothing had announced raises the *level* by one, and each level doubles the
interval. A change that nothing had announced puts them in *doubt*: the interval is the base again at once. Where its
notification comes late after all, the doubt is over; where it does not, the level falls to nothing, and stays there
until a notification comes: what died after it had worked is not believed again for its silence.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# How far a notification and the change it tells of may be apart: Outlook's come within three minutes at the most.
# https://learn.microsoft.com/graph/change-notifications-overview#latency
GRACE = timedelta(minutes=5)
# Notifications come in swarms: a mailbox is read for their sake at the first, and again so long after, or later where
# there was nothing to find.
AGAIN_AFTER = timedelta(seconds=10)
AGAIN_AFTER_NOTHING = timedelta(seconds=30)
HIGHEST_LEVEL = 10
HIGHEST_UNPROVEN = 2  # before the first notification has arrived


@dataclass(frozen=True)
class Trust:
    """How far notifications of one kind of item are believed."""

    level: int = 0
    doubted_at: datetime | None = None


@dataclass(frozen=True)
class Heard:
    """One kind of item in a good sync: what was found, and what had been announced.

    Without a subscription that lives, `subscribed_at` is None.
    """

    trust: Trust
    subscribed_at: datetime | None
    expires_at: datetime | None
    notified_at: datetime | None
    has_changed: bool


def trust_after(heard: Heard, *, read_at: datetime | None, now: datetime) -> Trust:
    """How far notifications are believed after a sync that ended now, when the one before had begun at `read_at`."""
    if heard.subscribed_at is None:
        return Trust()
    trust = _settled(heard.trust, heard.notified_at, now)
    if heard.has_changed and not _is_announced(heard, read_at):
        # What changed before the subscription was there says nothing about it.
        is_judged = read_at is not None and heard.subscribed_at <= read_at
        return Trust(trust.level, trust.doubted_at or now) if is_judged else trust
    return trust if trust.doubted_at else Trust(min(trust.level + 1, HIGHEST_LEVEL))


def _settled(trust: Trust, notified_at: datetime | None, now: datetime) -> Trust:
    """An earlier doubt: over where a notification came since, and all trust gone where none came in time."""
    if trust.doubted_at is None:
        return trust
    if notified_at is not None and notified_at >= trust.doubted_at:
        return Trust(trust.level)
    return trust if now - trust.doubted_at < GRACE else Trust(doubted_at=trust.doubted_at)


def _is_announced(heard: Heard, read_at: datetime | None) -> bool:
    """Whether a notification came since the last sync, or shortly before it: a delta may show a change later."""
    return heard.notified_at is not None and (read_at is None or heard.notified_at >= read_at - GRACE)


def interval_after(
    kinds: Sequence[Heard],
    trusts: Sequence[Trust],
    *,
    read_at: datetime | None,
    now: datetime,
    shortest: timedelta,
    longest: timedelta,
) -> timedelta:
    """How long until the mailbox is polled next: each kind has an interval of its own, and the shortest counts.

    `trusts` are the kinds' after this sync. It is never less than `shortest`, and never more than `longest` unless
    that is less than `shortest`.
    """
    stretched = (
        _stretched(heard, trust, shortest, now)
        for heard, trust in zip(kinds, trusts, strict=True)
        if not _is_still_to_come(heard, read_at)
    )
    waits = list(stretched)
    return max(shortest, min(longest, *waits)) if waits and len(waits) == len(kinds) else shortest


def _stretched(heard: Heard, trust: Trust, shortest: timedelta, now: datetime) -> timedelta:
    """The interval of one kind: doubled with each level, but not beyond the end of its subscription."""
    if heard.expires_at is None or trust.doubted_at is not None:
        return shortest
    level = trust.level if heard.notified_at else min(trust.level, HIGHEST_UNPROVEN)
    doubled: timedelta = shortest * 2**level
    return min(doubled, heard.expires_at - now)


def _is_still_to_come(heard: Heard, read_at: datetime | None) -> bool:
    """Whether a change was announced since the last sync and not found: Graph may show it only later."""
    is_news = heard.notified_at is not None and (read_at is None or heard.notified_at >= read_at)
    return is_news and not heard.has_changed
