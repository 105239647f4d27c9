"""A simulated mailbox. What it decides, Atrium's own pure modules decide: intervals, trust, windows and renewals."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from bench.scaling.world import BEGINS, Scenario
from calendar_integration.subscriptions.upkeep import renewal_at
from calendar_integration.sync import rolling
from calendar_integration.sync.back_off import jittered
from calendar_integration.sync.interval import (
    AGAIN_AFTER,
    AGAIN_AFTER_NOTHING,
    HIGHEST_LEVEL,
    Heard,
    Trust,
    interval_after,
    trust_after,
)

TOKEN_LIFE = timedelta(minutes=70)  # Microsoft's are good for 60 to 90 minutes, and count as expired five early
LIFE = timedelta(minutes=10_000)  # of a subscription


@dataclass
class Stream:
    """One kind of item: changes that nobody has found yet, and how far notifications of it are trusted."""

    trust: Trust = field(default_factory=Trust)
    subscribed_at: datetime | None = None
    expires_at: datetime | None = None
    renew_at: datetime | None = None
    notified_at: datetime | None = None
    unseen: list[datetime] = field(default_factory=list)

    def subscribe(self, at: datetime, lived: timedelta = timedelta(0)) -> None:
        """It has a subscription, which has lived so long."""
        self.subscribed_at, self.expires_at = at - lived, at - lived + LIFE
        self.renew_at = renewal_at(self.expires_at, now=at - lived)


@dataclass
class Mailbox:
    """What Atrium knows of a mailbox."""

    number: int
    company: int
    due: datetime
    streams: tuple[Stream, Stream] = field(default_factory=lambda: (Stream(), Stream()))  # events, contacts
    read_at: datetime | None = None
    finished_at: datetime | None = None
    whole_on: datetime | None = None  # when it was read whole
    token_at: datetime | None = None
    unread_since: datetime | None = None
    told_at: datetime | None = None
    is_busy: bool = False  # claimed, or being read
    failures: int = 0

    def is_whole_due(self, now: datetime, *, spread: bool) -> bool:
        """Whether the window has moved on, or it was never read."""
        if self.whole_on is None:
            return True
        moments = rolling.moments(self.number, now) if spread else (now,)
        return self.whole_on.date() not in {moment.date() for moment in moments}

    def hear(self, stream: Stream, now: datetime) -> bool:
        """A notification has come; whether the mailbox is due sooner than it was."""
        stream.notified_at = self.told_at = now
        if self.unread_since is not None:
            return False
        self.unread_since = now
        sooner = max(now, self.finished_at + AGAIN_AFTER) if self.finished_at else now
        if self.is_busy or self.failures or sooner >= self.due:
            return False
        self.due = sooner
        return True

    def read(self, began: datetime, now: datetime, scenario: Scenario, *, whole: bool) -> list[datetime]:
        """A good sync has ended: when it is due next follows. Answers when what it found had happened."""
        found = [[at for at in stream.unseen if at <= began] for stream in self.streams]
        for stream in self.streams:
            stream.unseen = [at for at in stream.unseen if at > began]
        heard = [_heard(stream, bool(some) and not whole) for stream, some in zip(self.streams, found, strict=True)]
        trusts = [trust_after(one, read_at=self.read_at, now=now) for one in heard]
        for stream, trust in zip(self.streams, trusts, strict=True):
            stream.trust = trust
        wait = interval_after(
            heard, trusts, read_at=self.read_at, now=now, shortest=scenario.interval, longest=scenario.longest
        )
        was_told = self.unread_since is not None and self.unread_since <= began
        if self.told_at is not None and self.told_at > began:
            wait, self.unread_since = (
                (AGAIN_AFTER_NOTHING if was_told and not any(found) else AGAIN_AFTER),
                self.told_at,
            )
        else:
            self.unread_since = None
        self.due = now + jittered(wait, 0.9, 1.1)
        self.read_at, self.finished_at, self.failures = began, now, 0
        if whole:
            self.whole_on = began
        return [at for some in found for at in some]


def _heard(stream: Stream, has_changed: bool) -> Heard:
    return Heard(stream.trust, stream.subscribed_at, stream.expires_at, stream.notified_at, has_changed)


def settled(scenario: Scenario, homes: Iterable[int], draw: Random) -> list[Mailbox]:
    """Mailboxes that have been read for weeks, each due within an hour."""
    made = []
    for number, company in enumerate(homes, 1):
        apart = scenario.longest if scenario.notified else scenario.interval
        mailbox = Mailbox(number, company, BEGINS + apart * draw.random())
        mailbox.read_at = mailbox.finished_at = mailbox.due - apart
        mailbox.whole_on = BEGINS - rolling.roll_time(number) if scenario.spread else BEGINS
        mailbox.token_at = BEGINS - TOKEN_LIFE * draw.random()
        for stream in mailbox.streams if scenario.notified else ():
            stream.subscribe(BEGINS, LIFE / 2 * draw.random())
            stream.trust, stream.notified_at = Trust(HIGHEST_LEVEL), BEGINS - timedelta(days=1)
        made.append(mailbox)
    return made
