"""What is still known of the company's consent once it is asked to agree to something else. Pure decisions."""

from dataclasses import dataclass

from calendar_integration import scopes
from calendar_integration.integration_setting import Method, Permissions
from calendar_integration.models import CalendarService, ConsentState


@dataclass(frozen=True)
class Agreed:
    """What is known: to which permissions the state refers, and which scopes the last token lacked."""

    permissions: Permissions
    state: ConsentState
    missing_scopes: str = ""


def of_service(service: CalendarService) -> Agreed:
    """What is known of this service's consent."""
    return Agreed(service.permissions, ConsentState(service.consent_state), service.missing_scopes)


def after_change(known: Agreed, wanted: Permissions) -> Agreed:
    """What remains known. Nothing by another method, since that is another resource at Microsoft.

    What was agreed to covers narrower permissions; of wider ones it lacks some, which a mere report says nothing of.
    """
    if known.permissions.method is not wanted.method:
        return Agreed(wanted, ConsentState.UNKNOWN)
    if wanted.method is Method.EWS or known.state in (ConsentState.UNKNOWN, ConsentState.WITHDRAWN):
        return Agreed(wanted, known.state, known.missing_scopes)
    missing = _missing(known, wanted)
    if known.state is ConsentState.REPORTED:
        return Agreed(wanted, ConsentState.UNKNOWN if missing else ConsentState.REPORTED)
    return Agreed(wanted, ConsentState.PARTIAL if missing else ConsentState.CONFIRMED, " ".join(missing))


def _missing(known: Agreed, wanted: Permissions) -> list[str]:
    """Which of the scopes wanted now are in none of what was agreed to."""
    lacking = set(known.missing_scopes.split())
    held = " ".join(scope for scope in scopes.wanted(known.permissions) if scope not in lacking)
    return scopes.missing(held, scopes.wanted(wanted))
