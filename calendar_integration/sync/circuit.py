"""When an account pauses, and when it goes on. A pure state machine; sync.circuits keeps it in the database.

Several mailboxes that fail in a row by the same tenant-wide cause, with no proof to the contrary between them, open
the circuit. Then one mailbox at a time is tried, less and less often; one that proves the cause gone closes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from calendar_integration.sync.back_off import FIRST_BACK_OFF, doubled, jittered, no_less_than
from calendar_integration.sync.kinds import OF_MAILBOXES, OF_SIGN_IN, FailureKind

NEEDED = 3  # different mailboxes
STREAK = timedelta(minutes=15)  # within which they fail
FIRST_PROBE = FIRST_BACK_OFF
LONGEST_PROBE = timedelta(minutes=15)
PROBE_PATIENCE = timedelta(minutes=3)  # after which a probe that nothing was heard of is made anew


@dataclass(frozen=True)
class Circuit:
    """What is known of an account: nothing, a streak of failures, or, once opened, a pause."""

    cause: FailureKind | None = None
    mailboxes: frozenset[int] = frozenset()
    since: datetime | None = None
    opened_at: datetime | None = None
    probes: int = 0
    probe: int | None = None
    next_probe_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether the account pauses."""
        return self.opened_at is not None


@dataclass(frozen=True)
class Seen:
    """What came of some of an account's mailboxes. `wait` is the longest that was asked for."""

    failed: Mapping[FailureKind, frozenset[int]] = field(default_factory=dict)
    has_succeeded: bool = False
    has_new_token: bool = False
    wait: timedelta | None = None

    @property
    def disproved(self) -> frozenset[FailureKind]:
        """The causes that are not there: a mailbox was read; even the sign-in service has brought a new token."""
        mailboxes = OF_MAILBOXES if self.has_succeeded else frozenset()
        return mailboxes | (OF_SIGN_IN if self.has_new_token else frozenset())


ALL_WELL = Circuit()


def advance(known: Circuit, seen: Seen, now: datetime, *, first: timedelta = FIRST_PROBE) -> Circuit:
    """What is known after this; `first` is the wait before the first try of a pause."""
    if known.cause in seen.disproved:
        known = ALL_WELL
    if known.is_open:
        return _probed(known, seen, now, first)
    return _counted(known, seen, now, first)


def probing(known: Circuit, mailbox: int, now: datetime) -> Circuit:
    """The same while this mailbox is being tried."""
    return replace(known, probe=mailbox, next_probe_at=now + PROBE_PATIENCE)


def is_probe_due(known: Circuit, now: datetime) -> bool:
    """Whether a mailbox is to be tried now."""
    return known.next_probe_at is not None and known.next_probe_at <= now


def wait_before_probe(probes: int, asked: timedelta | None = None, first: timedelta = FIRST_PROBE) -> timedelta:
    """How long until the next try after so many that failed, and not before what was asked for."""
    wait = jittered(doubled(first, probes, LONGEST_PROBE), 0.75, 1.25)
    return max(wait, no_less_than(asked)) if asked else wait


def _probed(known: Circuit, seen: Seen, now: datetime, first: timedelta) -> Circuit:
    """Only the mailbox that was chosen counts: others may still be failing that were begun before."""
    cause = next((cause for cause, mailboxes in seen.failed.items() if known.probe in mailboxes), None)
    if cause is None:
        return known
    probes = known.probes + 1
    wait = wait_before_probe(probes, seen.wait, first)
    return replace(known, cause=cause, probe=None, probes=probes, next_probe_at=now + wait)


def _counted(known: Circuit, seen: Seen, now: datetime, first: timedelta) -> Circuit:
    """The streak, one longer; another cause, or one that was long ago, begins anew."""
    failed = {cause: some for cause, some in seen.failed.items() if cause not in seen.disproved}
    if not failed:
        return known
    cause = max(failed, key=lambda each: (len(failed[each]), each))
    if known.cause != cause or known.since is None or now - known.since > STREAK:
        known = Circuit(cause, since=now)
    mailboxes = frozenset(sorted(known.mailboxes | failed[cause])[:NEEDED])
    if len(mailboxes) < NEEDED:
        return replace(known, mailboxes=mailboxes)
    probe_at = now + wait_before_probe(0, seen.wait, first)
    return replace(known, mailboxes=mailboxes, opened_at=now, next_probe_at=probe_at)
