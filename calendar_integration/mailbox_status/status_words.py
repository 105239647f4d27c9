"""What each state of a connection is called for its owner, and the one thing they can do about it. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from calendar_integration.models import ConnectionState
from calendar_integration.sync.kinds import FailureKind


class Tone(StrEnum):
    """How a sentence is coloured."""

    GOOD = "good"
    WAITING = "waiting"
    WRONG = "wrong"
    QUIET = "quiet"


@dataclass(frozen=True)
class Words:
    """A sentence, and what the button says that leads to Microsoft; without one nothing is left to do there."""

    tone: Tone
    text: str
    action: str = ""


CONNECT, AGAIN = "Connect Office 365", "Connect again"

WORDS = {
    ConnectionState.NONE: Words(Tone.QUIET, "Your Office 365 calendar is not connected.", CONNECT),
    ConnectionState.PENDING: Words(Tone.WAITING, "You went to Microsoft and have not come back yet.", CONNECT),
    ConnectionState.ACTIVE: Words(Tone.GOOD, "Up to date"),
    ConnectionState.STALE: Words(
        Tone.WRONG, "Out of date: Atrium has not reached your mailbox lately and keeps trying.", AGAIN
    ),
    ConnectionState.NEEDS_REAUTHORIZATION: Words(
        Tone.WRONG, "Microsoft no longer accepts the authorization. Connect again; nothing is lost.", AGAIN
    ),
    ConnectionState.BLOCKED_BY_ADMIN: Words(
        Tone.WAITING, "An Office 365 admin of your company has to approve first.", "Check again"
    ),
    ConnectionState.MAILBOX_UNSUPPORTED: Words(
        Tone.WRONG,
        "Microsoft says there is no mailbox here that Atrium can read. It may lack a licence. Ask your administrator.",
        "Try again",
    ),
    ConnectionState.DISCONNECTED_BY_USER: Words(Tone.QUIET, "You disconnected your Office 365 calendar.", AGAIN),
    ConnectionState.DISCONNECTED_BY_POLICY: Words(Tone.WAITING, "Disconnected by your company's settings.", AGAIN),
}
FAILED = "The last try failed; Atrium tries again by itself."
# Failures whose own words are the sentence: the mailbox was reached, and it is what it said that is in doubt.
IN_DOUBT = (FailureKind.EMPTIED, FailureKind.UNSUPPORTED)
FIRST_SYNC = "Reading your mailbox for the first time."
CATCHING_UP = "Connected again. What is shown here is being brought up to date."
APPROVED = "An Office 365 admin of your company has approved."
BEING_DELETED = "What Atrium kept of your mailbox is being deleted."
NOTHING_KEPT = "Atrium keeps nothing of your mailbox."
