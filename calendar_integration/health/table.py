"""The rows of the Connections page: what is said of a person's connection."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.timesince import timesince, timeuntil

from accounts.models import User
from calendar_integration.health import retrying, words
from calendar_integration.health.standing import TONES, Standing
from calendar_integration.health.words import Trouble
from calendar_integration.integration_setting import Method
from calendar_integration.models import Connection
from calendar_integration.sync.pauses import Pause

ONCE_A_DAY = "So that it holds up no other, it is tried once a day only, until that works."
NOT_TRIED = "No try has failed: Atrium has not come round to it for longer than it should."
METHODS = {Method.GRAPH: "Graph", Method.EWS: "EWS"}


@dataclass(frozen=True)
class Row:
    """A person and how their connection stands. Times are in UTC; what is unknown is None or empty."""

    person: User
    standing: Standing
    trouble: Trouble | None = None
    detail: str = ""
    mailbox: str = ""
    method: str = ""
    synced_at: datetime | None = None
    synced_ago: str = ""
    failing_since: datetime | None = None
    set_aside_at: datetime | None = None
    next_try: str = ""
    next_try_at: datetime | None = None
    may_retry: bool = False
    is_told: bool = False  # of changes, by Microsoft: the last good sync may be an hour ago
    unreadable: int = 0  # items of the mailbox that could not be read

    @property
    def meaning(self) -> str:
        """What happens now, in a sentence or two; why it was set aside says more than what failed last."""
        if self.set_aside_at or self.trouble is None:
            return self.detail
        return f"{self.trouble.meaning} {self.detail}".rstrip()

    @property
    def tone(self) -> str:
        """How the state is coloured."""
        return TONES.get(self.standing, "")


def rows(people: Iterable[User], pause: Pause | None, now: datetime) -> list[Row]:
    """The rows of these people, who come with their connection and their standing, in their order."""
    return [row(person, pause, now) for person in people]


def row(person: User, pause: Pause | None, now: datetime) -> Row:
    """One row."""
    standing = Standing(getattr(person, "standing", Standing.NONE))
    connection: Connection | None = getattr(person, "connection", None)
    if connection is None or standing == Standing.NONE:
        return Row(person, standing)
    is_held = connection.connected_at is not None
    synced_at = connection.last_good_sync_at if is_held else None
    return Row(
        person,
        standing,
        trouble=words.trouble(connection.failure_kind) if is_held else None,
        detail=_detail(connection, standing),
        mailbox=connection.mailbox if is_held else "",
        method=METHODS[Method(connection.method)] if is_held else "",
        synced_at=synced_at,
        synced_ago=ago(synced_at, now),
        failing_since=connection.failing_since if is_held else None,
        set_aside_at=connection.set_aside_at if standing == Standing.SET_ASIDE else None,
        next_try=next_try(connection, pause, now),
        next_try_at=connection.next_attempt_at,
        may_retry=pause is None and retrying.may_retry(connection, now),
        is_told=standing == Standing.FRESH and bool(getattr(person, "told", False)),
        unreadable=getattr(person, "unreadable", 0) if is_held else 0,
    )


def _detail(connection: Connection, standing: Standing) -> str:
    if standing == Standing.SET_ASIDE:
        return f"{connection.set_aside_because} {ONCE_A_DAY}".lstrip()
    is_untried = standing == Standing.STALE and not connection.failure_kind
    return NOT_TRIED if is_untried else ""


def ago(moment: datetime | None, now: datetime) -> str:
    """How long ago that was, in one unit."""
    if moment is None:
        return ""
    return "just now" if (now - moment).total_seconds() < 60 else f"{timesince(moment, now, depth=1)} ago"


def next_try(connection: Connection, pause: Pause | None, now: datetime) -> str:
    """When it is tried next, in words; nothing where a person has to do something first."""
    at = connection.next_attempt_at
    if at is None or not connection.is_active:
        return ""
    if pause is not None:
        return "After the pause"
    seconds = (at - now).total_seconds()
    if seconds < 60:
        return "Within a minute" if seconds > 0 else "Now"
    return f"In {timeuntil(at, now, depth=1)}"
