"""Office 365: services, connections, and what was synchronised from mailboxes."""

from calendar_integration.models.admin_consent import (
    AdminConsentAttempt,
    AdminConsentOutcome,
    ConsentLink,
    ConsentRequest,
)
from calendar_integration.models.authorization import AuthorizationAttempt, Outcome
from calendar_integration.models.circuit import Circuit
from calendar_integration.models.connection import ACTIVE_STATES, DISCONNECTED_STATES, Connection, ConnectionState
from calendar_integration.models.contact import Contact
from calendar_integration.models.meeting import Meeting, MeetingKind
from calendar_integration.models.server_trial import ServerTrial
from calendar_integration.models.service import AGREED, AskMode, CalendarService, ConsentState
from calendar_integration.models.subscription import Listening, Subscription
from calendar_integration.models.sync import Stream, StreamKind

__all__ = [
    "ACTIVE_STATES",
    "AGREED",
    "DISCONNECTED_STATES",
    "AdminConsentAttempt",
    "AdminConsentOutcome",
    "AskMode",
    "AuthorizationAttempt",
    "CalendarService",
    "Circuit",
    "Connection",
    "ConnectionState",
    "ConsentLink",
    "ConsentRequest",
    "ConsentState",
    "Contact",
    "Listening",
    "Meeting",
    "MeetingKind",
    "Outcome",
    "ServerTrial",
    "Stream",
    "StreamKind",
    "Subscription",
]
