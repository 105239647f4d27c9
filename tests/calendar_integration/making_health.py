"""People whose mailboxes stand in every way there is."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Account
from calendar_integration.models import Circuit, Connection, ConnectionState
from calendar_integration.sync.kinds import FailureKind
from tests.makers import make_connection, make_user

HALF_AN_HOUR = timedelta(minutes=30)


def ago(**parts: float) -> datetime:
    """A moment so long ago, in UTC."""
    return timezone.now() - timedelta(**parts)


def make_fresh(account: Account, name: str, **fields: Any) -> Connection:
    """A mailbox that was read whole two minutes ago."""
    known = {"last_good_sync_at": ago(minutes=2), "connected_at": ago(days=2), "next_attempt_at": ago(minutes=-3)}
    return make_connection(make_user(account, name), **(known | fields))


def make_failing(account: Account, name: str, kind: FailureKind = FailureKind.MAILBOXES, **fields: Any) -> Connection:
    """A mailbox that has failed for five minutes, and is tried again in ten."""
    known = {
        "last_good_sync_at": ago(minutes=7),
        "failures": 3,
        "failure_kind": kind.value,
        "failing_since": ago(minutes=5),
        "last_error": "Microsoft was too busy, could not be reached, or answered something unreadable.",
        "next_attempt_at": ago(minutes=-10),
    }
    return make_fresh(account, name, **(known | fields))


def make_stale(account: Account, name: str, **fields: Any) -> Connection:
    """The same, for half an hour, and known to be out of date."""
    known: dict[str, Any] = {
        "state": ConnectionState.STALE,
        "last_good_sync_at": timezone.now() - HALF_AN_HOUR,
        "failing_since": timezone.now() - HALF_AN_HOUR,
    }
    return make_failing(account, name, **(known | fields))


def make_crowd(account: Account) -> None:
    """People with long names, whose mailboxes stand in all the ways that need the most room in a list."""
    name = "bartholomew-featherstonehaugh"
    make_failing(account, f"{name}-1")
    make_stale(account, f"{name}-2", set_aside_at=ago(days=1), set_aside_because="A worker ended while reading it.")
    make_failing(account, f"{name}-3", FailureKind.SERVER_BUSY)
    make_fresh(account, f"{name}-4", state=ConnectionState.NEEDS_REAUTHORIZATION)
    make_fresh(account, f"{name}-5", state=ConnectionState.BLOCKED_BY_ADMIN)


def pause(account: Account, cause: FailureKind = FailureKind.MAILBOXES) -> Circuit:
    """The account pauses since twenty minutes ago; four tries failed, the next one is in three minutes."""
    return Circuit.objects.create(
        account=account,
        cause=cause,
        since=ago(minutes=20),
        opened_at=ago(minutes=18),
        probes=4,
        next_probe_at=ago(minutes=-3),
    )
