"""What good syncs say about notifications, and when each mailbox is read next."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from calendar_integration import clock
from calendar_integration.integration_setting import Method
from calendar_integration.models import Listening, Subscription
from calendar_integration.sync import leases, listening_rows
from calendar_integration.sync.interval import (
    AGAIN_AFTER,
    AGAIN_AFTER_NOTHING,
    Heard,
    Trust,
    interval_after,
    trust_after,
)
from calendar_integration.sync.listening_rows import Rows
from calendar_integration.sync.rounds import RoundResult


@dataclass(frozen=True)
class GoodSync:
    """A sync that brought a mailbox up to date, with a round of each kind of item; `began` is when it began."""

    rounds: Sequence[RoundResult]
    began: datetime


def base() -> timedelta:
    """How often a mailbox is polled without notifications."""
    return timedelta(seconds=settings.SYNC_INTERVAL_SECONDS)


def waits_after(syncs: Mapping[int, GoodSync], lease_id: uuid.UUID) -> dict[int, timedelta]:
    """How long each of these mailboxes of a lease, by its connection's id, waits for its next sync.

    What was found is noted. Call it in the transaction that writes the waits: a notification that comes meanwhile
    waits for its end. Without NOTIFICATION_URL it costs no statement.
    """
    if not settings.NOTIFICATION_URL or not syncs:
        return dict.fromkeys(syncs, base())
    now = clock.now()
    _begin_listening(syncs, lease_id, now)
    held = listening_rows.locked(syncs, lease_id)
    before = {pk: _trusts(rows.subscriptions.values()) for pk, rows in held.items()}
    waits = {pk: _note(rows, syncs[pk], now) for pk, rows in held.items()}
    changed = [
        row for pk, rows in held.items() for row in rows.subscriptions.values() if _trust(row) != before[pk][row.pk]
    ]
    listening_rows.save([rows.listening for rows in held.values()], changed)
    _move([row for rows in held.values() for row in rows.subscriptions.values()], now)
    return {pk: waits.get(pk, base()) for pk in syncs}


def _begin_listening(syncs: Mapping[int, GoodSync], lease_id: uuid.UUID, now: datetime) -> None:
    """Rows for what was read whole. Once a day everything is, so that nothing is missed for long.

    Only for what this lease still holds: nobody subscribes to a mailbox that was disconnected meanwhile.
    """
    whole = [pk for pk, sync in syncs.items() if any(round_.is_full for round_ in sync.rounds)]
    if whole:
        ours = leases.all_ours(whole, lease_id).filter(method=Method.GRAPH)
        whole = list(ours.order_by("pk").select_for_update().values_list("pk", flat=True))
        wanted = [
            Subscription(connection_id=pk, kind=round_.kind, next_attempt_at=now)
            for pk in whole
            for round_ in syncs[pk].rounds
        ]
        Subscription.objects.bulk_create(wanted, ignore_conflicts=True)
        Listening.objects.bulk_create([Listening(connection_id=pk) for pk in whole], ignore_conflicts=True)


def _move(subscriptions: list[Subscription], now: datetime) -> None:
    """Have those made anew that notify an address which is no longer ours."""
    here = settings.NOTIFICATION_URL
    moved = [row.pk for row in subscriptions if row.remote_id and row.notification_url != here and not row.failures]
    if moved:
        Subscription.objects.filter(pk__in=moved).update(next_attempt_at=now)


def _trust(subscription: Subscription) -> Trust:
    return Trust(subscription.level, subscription.doubted_at)


def _trusts(subscriptions: Iterable[Subscription]) -> dict[int, Trust]:
    return {row.pk: _trust(row) for row in subscriptions}


def _note(rows: Rows, sync: GoodSync, now: datetime) -> timedelta:
    """Change the rows of one mailbox by what was found; answers how long it waits."""
    listening, by_kind = rows.listening, rows.subscriptions
    kinds = [_heard(by_kind.get(round_.kind), round_, now) for round_ in sync.rounds]
    trusts = [trust_after(heard, read_at=listening.read_at, now=now) for heard in kinds]
    for round_, trust in zip(sync.rounds, trusts, strict=True):
        if round_.kind in by_kind:
            by_kind[round_.kind].level, by_kind[round_.kind].doubted_at = trust.level, trust.doubted_at
    longest = timedelta(seconds=settings.SYNC_LONGEST_INTERVAL_SECONDS)
    interval = interval_after(kinds, trusts, read_at=listening.read_at, now=now, shortest=base(), longest=longest)
    is_unread = listening.told_at is not None and listening.told_at > sync.began
    again_after = _again_after(listening, sync)
    listening.read_at, listening.interval = sync.began, interval
    listening.unread_since = listening.told_at if is_unread else None
    return again_after if is_unread else interval


def _again_after(listening: Listening, sync: GoodSync) -> timedelta:
    """How soon a mailbox is read again that was told of meanwhile."""
    was_told = listening.unread_since is not None and listening.unread_since <= sync.began
    has_found = any(round_.changed or round_.deleted for round_ in sync.rounds)
    return AGAIN_AFTER_NOTHING if was_told and not has_found else AGAIN_AFTER


def _heard(subscription: Subscription | None, round_: RoundResult, now: datetime) -> Heard:
    if subscription is None or not is_alive(subscription, now):
        return Heard(Trust(), None, None, None, has_changed=False)
    # A full round brings what the moved window or a lost delta link brings: nobody announces that.
    has_changed = not round_.is_full and bool(round_.changed or round_.deleted)
    times = subscription.subscribed_at, subscription.expires_at, subscription.notified_at
    return Heard(_trust(subscription), *times, has_changed=has_changed)


def is_alive(subscription: Subscription, now: datetime) -> bool:
    """Whether Microsoft should be notifying the portal where it is now."""
    is_there = bool(subscription.remote_id) and subscription.notification_url == settings.NOTIFICATION_URL
    return is_there and subscription.expires_at is not None and subscription.expires_at > now
