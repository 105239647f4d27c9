"""Mailboxes that Microsoft notifies us of, for the stories that begin after it."""

import time
from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from calendar_integration.models import Connection, Subscription
from calendar_integration.subscriptions import due, keeping
from calendar_integration.sync import schedule
from calendar_integration.sync.engine import sync_connection
from tests.calendar_integration.journey import Traveller
from tests.calendar_integration.synced import sync
from tests.makers import make_account, make_service, make_user
from tests.sandbox.running import PATIENCE_SECONDS, Sandbox

LONG_AGO = timedelta(hours=1)


def make_connected(microsoft: Sandbox) -> Connection:
    """Ana, who has just authorized her mailbox."""
    account = make_account()
    make_service(account)
    return Traveller(make_user(account), microsoft).connect()


def make_read(microsoft: Sandbox) -> Connection:
    """The same, with the first sync behind them."""
    connection = make_connected(microsoft)
    sync(connection)
    return connection


def subscribe() -> list[int]:
    """What the schedule and a worker do about subscriptions that are due; answers the mailboxes'."""
    claimed = due.claim_due()
    for connection_id in claimed:
        keeping.keep(connection_id)
    return claimed


def make_subscribed(microsoft: Sandbox) -> Connection:
    """Ana, whose mailbox was read and is subscribed to, and was read again since; that was an hour ago."""
    connection = make_read(microsoft)
    assert subscribe() == [connection.pk]
    sync(connection)
    let_time_pass(connection)
    connection.refresh_from_db()
    return connection


def let_time_pass(connection: Connection, passed: timedelta = LONG_AGO) -> None:
    """Everything known of the mailbox is so much older, and it is not due all the same."""
    later = timezone.now() + timedelta(minutes=30)
    Connection.objects.filter(pk=connection.pk).update(
        connected_at=F("connected_at") - passed,
        last_good_sync_at=F("last_good_sync_at") - passed,
        next_attempt_at=later,
    )
    listening = connection.listening
    listening.refresh_from_db()
    assert listening.read_at
    listening.read_at -= passed
    listening.save(update_fields=["read_at"])
    for subscription in subscriptions_of(connection).values():
        for name in ("subscribed_at", "notified_at", "doubted_at"):
            if moment := getattr(subscription, name):
                setattr(subscription, name, moment - passed)
        subscription.save()


def subscriptions_of(connection: Connection) -> dict[str, Subscription]:
    """Ours, by kind."""
    return {row.kind: row for row in Subscription.objects.filter(connection=connection)}


def at_microsoft(microsoft: Sandbox, connection: Connection) -> dict[str, dict[str, Any]]:
    """Graph's own, by kind."""
    rows = microsoft.control("GET", f"/people/{connection.mailbox}/subscriptions")["value"]
    return {row["resource"].rpartition("/")[2]: row for row in rows}


def add_event(microsoft: Sandbox, connection: Connection, subject: str = "New") -> None:
    """Somebody makes an appointment in Outlook."""
    start = (timezone.now() + timedelta(days=2)).strftime("%Y-%m-%dT09:00:00")
    event = {"subject": subject, "start": {"dateTime": start, "timeZone": "UTC"}}
    microsoft.control("POST", f"/people/{connection.mailbox}/events", event, 201)


def delivered(microsoft: Sandbox) -> list[dict[str, Any]]:
    """Waits until nothing is under way to us; every POST that was made."""
    deadline = time.monotonic() + PATIENCE_SECONDS * 4
    while time.monotonic() < deadline:
        answer = microsoft.control("GET", "/notifications")
        if answer["pending"] == 0:
            made: list[dict[str, Any]] = answer["value"]
            return made
    raise AssertionError("the notifications did not arrive")


def is_due(connection: Connection) -> bool:
    """Whether the schedule would have it read now."""
    return Connection.objects.filter(pk=connection.pk, next_attempt_at__lte=timezone.now()).exists()


def work() -> int:
    """What the schedule and a worker do about mailboxes that are due; answers how many syncs that were."""
    claimed = schedule.claim_due()
    for connection_id in claimed:
        sync_connection(connection_id)
    return len(claimed)


def interval_of(connection: Connection) -> timedelta:
    """How long the mailbox waits between polls."""
    connection.listening.refresh_from_db()
    assert connection.listening.interval
    return connection.listening.interval
