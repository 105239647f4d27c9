"""What kind of trouble an error is, and which kinds are a whole tenant's rather than one mailbox's."""

from enum import StrEnum

from calendar_integration.errors import (
    AccessDeniedError,
    CalendarError,
    ConsentRefusedError,
    EmptiedError,
    InvalidClientError,
    InvalidGrantError,
    MailboxUnsupportedError,
    OurMistakeError,
    RequestRefusedError,
    ServerThrottledError,
    ServerUnavailableError,
    SignInUnavailableError,
    SyncStateLostError,
    ThrottledError,
    TokenRefusedError,
    TokensLostError,
    UnavailableError,
)


class FailureKind(StrEnum):
    """What failed, as it is kept with a connection and shown to admins."""

    REGISTRATION = "registration"
    CONSENT = "consent"
    REQUEST_REFUSED = "request_refused"
    SIGN_IN = "sign_in"
    MAILBOXES = "mailboxes"
    THROTTLED = "throttled"
    SERVER = "server"  # of a company's own, which says nothing of Microsoft's
    SERVER_BUSY = "server_busy"
    AUTHORIZATION = "authorization"
    UNAUTHORIZED = "unauthorized"
    ACCESS_DENIED = "access_denied"
    UNSUPPORTED = "unsupported"
    SYNC_STATE = "sync_state"
    EMPTIED = "emptied"
    OUR_MISTAKE = "our_mistake"
    WORKER_DIED = "worker_died"
    OTHER = "other"


# Whatever brings no new access token: a mailbox that still has one goes on, and proves nothing.
OF_SIGN_IN = frozenset(
    {FailureKind.REGISTRATION, FailureKind.CONSENT, FailureKind.REQUEST_REFUSED, FailureKind.SIGN_IN}
)
OF_MAILBOXES = frozenset({FailureKind.MAILBOXES, FailureKind.THROTTLED})
TENANT_WIDE = OF_SIGN_IN | OF_MAILBOXES
TOLD_TO_WAIT = frozenset({FailureKind.THROTTLED, FailureKind.SERVER_BUSY})  # which come by themselves, when they may

# The first that fits counts: what is special stands before what is general.
KINDS: tuple[tuple[type[CalendarError], FailureKind], ...] = (
    (InvalidClientError, FailureKind.REGISTRATION),
    (ConsentRefusedError, FailureKind.CONSENT),
    (RequestRefusedError, FailureKind.REQUEST_REFUSED),
    (SignInUnavailableError, FailureKind.SIGN_IN),
    (ServerThrottledError, FailureKind.SERVER_BUSY),
    (ServerUnavailableError, FailureKind.SERVER),
    (ThrottledError, FailureKind.THROTTLED),
    (UnavailableError, FailureKind.MAILBOXES),
    (InvalidGrantError, FailureKind.AUTHORIZATION),
    (TokensLostError, FailureKind.AUTHORIZATION),
    (TokenRefusedError, FailureKind.UNAUTHORIZED),
    (AccessDeniedError, FailureKind.ACCESS_DENIED),
    (MailboxUnsupportedError, FailureKind.UNSUPPORTED),
    (SyncStateLostError, FailureKind.SYNC_STATE),
    (EmptiedError, FailureKind.EMPTIED),
    (OurMistakeError, FailureKind.OUR_MISTAKE),
)


def kind_of(error: CalendarError) -> FailureKind:
    """The kind of an error."""
    return next((kind for errors, kind in KINDS if isinstance(error, errors)), FailureKind.OTHER)


IN_WORDS = {
    FailureKind.REGISTRATION: "Microsoft does not accept Atrium's client secret. Whoever runs Atrium has to renew it.",
    FailureKind.CONSENT: "Your company's approval of Atrium is missing at Microsoft.",
    FailureKind.REQUEST_REFUSED: "Microsoft refuses Atrium's registration for your company.",
    FailureKind.SIGN_IN: "Microsoft's sign-in service cannot be reached, or answers with errors.",
    FailureKind.MAILBOXES: "The mailboxes' server cannot be reached, or answers with errors.",
    FailureKind.THROTTLED: "The mailboxes' server asks Atrium for fewer requests.",
}
