"""The one cause for which a whole account's mailboxes are not kept up to date, if there is one."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import Account
from calendar_integration.models import CalendarService, ConsentState
from calendar_integration.sync.kinds import FailureKind
from calendar_integration.sync.pauses import Pause, pause_of

SECRET = "Microsoft does not accept Atrium's client secret. Whoever runs Atrium has to renew it."  # noqa: S105 - words
WITHDRAWN = "Your company's approval of Atrium was withdrawn at Microsoft. An Office 365 admin has to approve again."


@dataclass(frozen=True)
class Cause:
    """What it is, since when, and when Atrium looks again; without that it waits for a person."""

    words: str
    since: datetime | None
    tries: int = 0
    next_try_at: datetime | None = None
    is_consent: bool = False


def of(account: Account) -> tuple[Pause | None, Cause | None]:
    """The account's pause and its cause: two queries. Without a pause its mailboxes are still tried."""
    pause = pause_of(account)
    service = CalendarService.objects.filter(account=account).first()
    return pause, cause_of(pause, service)


def cause_of(pause: Pause | None, service: CalendarService | None) -> Cause | None:
    """What is said above everything else: the pause, else a refused secret, else a consent that is gone. Pure."""
    if pause is not None:
        is_consent = pause.cause == FailureKind.CONSENT
        return Cause(pause.words, pause.since, pause.tries, pause.next_try_at, is_consent)
    if service is None:
        return None
    if service.secret_refused_at:
        return Cause(SECRET, service.secret_refused_at)
    if service.consent_state == ConsentState.WITHDRAWN:
        return Cause(WITHDRAWN, service.consent_changed_at, is_consent=True)
    return None
