"""How long a session may be idle. What counts is kept in the session, so that a page costs no query for it."""

import time
from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from accounts.models import User
from accounts.setting_definitions import IDLE_LIMITS, IDLE_TIMEOUT
from accounts.tiered_settings import store

SEEN_AT, ROW_SEEN_AT, LIMIT = "seen_at", "row_seen_at", "idle_limit"
# How exactly the last activity is known. Saving a session costs a query, so that it is not saved at every page.
EXACT_TO_SECONDS = 60
EXACT_TO_SECONDS_WITHOUT_LIMIT = 300
IN_WORDS = {
    "15-minutes": "15 minutes",
    "1-hour": "an hour",
    "4-hours": "four hours",
    "12-hours": "twelve hours",
    "1-day": "a day",
}

SessionData = MutableMapping[str, Any]


@dataclass(frozen=True)
class Idleness:
    """Since when nothing was done, in seconds since 1970, and what is allowed: a word of the setting."""

    seen_at: int
    allowed: str

    def is_over(self, now: int) -> bool:
        """Whether it has lasted too long."""
        limit = IDLE_LIMITS.get(self.allowed)
        return limit is not None and timedelta(seconds=now - self.seen_at) > limit

    def is_worth_noting(self, now: int) -> bool:
        """Whether an activity now has to be kept."""
        exact_to = EXACT_TO_SECONDS if self.allowed in IDLE_LIMITS else EXACT_TO_SECONDS_WITHOUT_LIMIT
        return now - self.seen_at >= exact_to


def begin(session: SessionData, user: User) -> None:
    """A session begins with an activity."""
    session[SEEN_AT] = session[ROW_SEEN_AT] = clock()
    allowed(session, user)


def read(session: SessionData, user: User) -> Idleness:
    """How it stands. A session from before there were limits begins now."""
    if not isinstance(session.get(SEEN_AT), int):
        session[SEEN_AT] = clock()
    return Idleness(session[SEEN_AT], allowed(session, user))


def allowed(session: SessionData, user: User) -> str:
    """The setting's word for this person: looked up when a setting of the account has changed, else remembered."""
    revision = user.account.settings_revision
    known = session.get(LIMIT)
    if isinstance(known, list) and known[0] == revision:
        return str(known[1])
    word = str(store.effective(user, [IDLE_TIMEOUT.key])[IDLE_TIMEOUT.key].value)
    session[LIMIT] = [revision, word]
    return word


def clock() -> int:
    """Now, in whole seconds."""
    return int(time.time())
