"""What admins are told of an account whose mailboxes are not read for a cause that is not theirs."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import Account
from calendar_integration.models import Circuit
from calendar_integration.sync.kinds import IN_WORDS, FailureKind


@dataclass(frozen=True)
class Pause:
    """Why, since when, how often it was tried since, and when it is tried next. Everybody stays connected."""

    cause: FailureKind
    words: str
    since: datetime
    tries: int
    next_try_at: datetime | None


def pause_of(account: Account) -> Pause | None:
    """The account's pause, or None where its mailboxes are read as ever."""
    row = Circuit.objects.filter(account=account, opened_at__isnull=False).first()
    if row is None:
        return None
    cause = FailureKind(row.cause)
    return Pause(cause, IN_WORDS.get(cause, ""), row.since, row.probes, row.next_probe_at)
