"""What a good sync says about notifications, and when the mailbox is read next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from calendar_integration.models import Listening, Subscription
from calendar_integration.sync.interval import (
    AGAIN_AFTER,
    AGAIN_AFTER_NOTHING,
    Heard,
    Trust,
    interval_after,
    trust_after,
)
from calendar_integration.sync.rounds import RoundResult


@dataclass(frozen=True)
class GoodSync:
    """A sync that brought a mailbox up to date, with a round of each kind of item; `began` is when it began."""

    rounds: Sequence[RoundResult]
    began: datetime


def base() -> timedelta:
    """How often a mailbox is polled without notifications."""
    return timedelta(seconds=settings.SYNC_INTERVAL_SECONDS)


def waits_after(syncs: Mapping[int, GoodSync]) -> dict[int, timedelta]:
    """How long each of these mailboxes, by its connection's id, waits for its next sync; notes what was found.

    Call it in the transaction that writes the wait, with the connections locked: a notification that comes meanwhile
    waits for its end. Without NOTIFICATION_URL it costs no statement.
    """
    if not settings.NOTIFICATION_URL or not syncs:
        return dict.fromkeys(syncs, base())
    now = timezone.now()
    _begin_listening(syncs, now)
    held = {row.connection_id: row for row in _locked(list(syncs))}
    subscriptions: dict[int, list[Subscription]] = {pk: [] for pk in held}
    for subscription in Subscription.objects.filter(connection__in=list(held)).order_by("pk"):
        subscriptions[subscription.connection_id].append(subscription)
    waits = {pk: _note(held[pk], rows, syncs[pk], now) for pk, rows in subscriptions.items()}
    Listening.objects.bulk_update(held.values(), ["read_at", "unread_since", "interval"])
    _save([row for rows in subscriptions.values() for row in rows], now)
    return {pk: waits.get(pk, base()) for pk in syncs}


def _begin_listening(syncs: Mapping[int, GoodSync], now: datetime) -> None:
    """Rows for what was read whole. Once a day everything is, so that nothing is missed for long."""
    whole = {pk: sync.rounds for pk, sync in syncs.items() if any(round_.is_full for round_ in sync.rounds)}
    wanted = [
        Subscription(connection_id=pk, kind=round_.kind, next_attempt_at=now)
        for pk, rounds in whole.items()
        for round_ in rounds
    ]
    if wanted:
        Subscription.objects.bulk_create(wanted, ignore_conflicts=True)
        Listening.objects.bulk_create([Listening(connection_id=pk) for pk in whole], ignore_conflicts=True)


def _save(subscriptions: list[Subscription], now: datetime) -> None:
    """Write how far they are trusted; those made for an address that is no longer ours are made anew."""
    Subscription.objects.bulk_update(subscriptions, ["level", "doubted_at"])
    here = settings.NOTIFICATION_URL
    moved = [row.pk for row in subscriptions if row.remote_id and row.notification_url != here and not row.failures]
    if moved:
        Subscription.objects.filter(pk__in=moved).update(next_attempt_at=now)


def _locked(connection_ids: list[int]) -> Sequence[Listening]:
    return list(Listening.objects.select_for_update().filter(connection__in=connection_ids).order_by("connection"))


def _note(listening: Listening, subscriptions: list[Subscription], sync: GoodSync, now: datetime) -> timedelta:
    """Change the rows of one mailbox by what was found; answers how long it waits."""
    by_kind = {subscription.kind: subscription for subscription in subscriptions}
    kinds = [_heard(by_kind.get(round_.kind), round_, now) for round_ in sync.rounds]
    trusts = [trust_after(heard, read_at=listening.read_at, now=now) for heard in kinds]
    for round_, trust in zip(sync.rounds, trusts, strict=True):
        if round_.kind in by_kind:
            by_kind[round_.kind].level, by_kind[round_.kind].doubted_at = trust.level, trust.doubted_at
    longest = timedelta(seconds=settings.SYNC_LONGEST_INTERVAL_SECONDS)
    interval = interval_after(kinds, trusts, read_at=listening.read_at, now=now, shortest=base(), longest=longest)
    is_unread = listening.told_at is not None and listening.told_at > sync.began
    listening.read_at, listening.interval = sync.began, interval
    listening.unread_since = listening.told_at if is_unread else None
    return _again_after(sync) if is_unread else interval


def _again_after(sync: GoodSync) -> timedelta:
    """How soon a mailbox is read again that was told of meanwhile."""
    has_found = any(round_.changed or round_.deleted for round_ in sync.rounds)
    return AGAIN_AFTER if has_found else AGAIN_AFTER_NOTHING


def _heard(subscription: Subscription | None, round_: RoundResult, now: datetime) -> Heard:
    if subscription is None or not is_alive(subscription, now):
        return Heard(Trust(), None, None, None, has_changed=False)
    # A full round brings what the moved window or a lost delta link brings: nobody announces that.
    has_changed = not round_.is_full and bool(round_.changed or round_.deleted)
    trust = Trust(subscription.level, subscription.doubted_at)
    return Heard(trust, subscription.subscribed_at, subscription.expires_at, subscription.notified_at, has_changed)


def is_alive(subscription: Subscription, now: datetime) -> bool:
    """Whether Microsoft should be notifying the portal where it is now."""
    is_there = bool(subscription.remote_id) and subscription.notification_url == settings.NOTIFICATION_URL
    return is_there and subscription.expires_at is not None and subscription.expires_at > now
