"""What somebody has to expect at Microsoft, as far as the company's consent is known. Pure."""

from dataclasses import dataclass
from datetime import datetime

from calendar_integration import scopes
from calendar_integration.integration_setting import Permissions
from calendar_integration.models import CalendarService, ConsentState

AS_FAR_AS_KNOWN = (
    "Your company has not approved Atrium yet as far as we know: you may meet “Need admin approval” at Microsoft."
)
WITHDRAWN = "Your company's approval of Atrium has ended at Microsoft: you may meet “Need admin approval” there."
REPORTED = "An Office 365 admin agreed for your company. Microsoft may need up to half an hour until it counts."
CONFIRMED = "Your company has approved Atrium at Microsoft."
SOMEBODY = (
    "Somebody of your company has connected. Microsoft may have allowed that for them only: you may meet “Need admin "
    "approval” there."
)


@dataclass(frozen=True)
class Prospect:
    """A sentence and its colour; whether it is worth asking for an approval first; when an admin agreed, if it says."""

    tone: str
    text: str
    may_need_approval: bool = False
    agreed_at: datetime | None = None


def prospect(service: CalendarService, permissions: Permissions) -> Prospect:
    """For somebody about to authorize these permissions."""
    state = ConsentState(service.consent_state)
    lacking = [scope for scope in scopes.wanted(permissions) if scope in service.missing_scopes.split()]
    if state == ConsentState.PARTIAL and lacking:
        words = " and to ".join(scopes.word_for(scope) for scope in lacking)
        text = f"Your company has approved Atrium, but not to {words}: you may meet “Need admin approval” at Microsoft."
        return Prospect("waiting", text, may_need_approval=True)
    if state == ConsentState.REPORTED:
        return Prospect("waiting", REPORTED, agreed_at=service.consent_reported_at)
    if state in (ConsentState.CONFIRMED, ConsentState.PARTIAL) and service.consent_for_everyone_at:
        return Prospect("good", CONFIRMED)
    if state in (ConsentState.CONFIRMED, ConsentState.PARTIAL):
        return Prospect("waiting", SOMEBODY, may_need_approval=True)
    text = WITHDRAWN if state == ConsentState.WITHDRAWN else AS_FAR_AS_KNOWN
    return Prospect("waiting", text, may_need_approval=True)
