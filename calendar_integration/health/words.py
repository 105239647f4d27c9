"""What kinds of trouble are called for admins: one word or two, what it means, and who can mend it."""

from dataclasses import dataclass

from calendar_integration.sync.kinds import FailureKind


@dataclass(frozen=True)
class Trouble:
    """`label` names it in lists and filters, `meaning` says what happens now and who can do something."""

    label: str
    meaning: str


TROUBLES = {
    FailureKind.THROTTLED: Trouble(
        "Throttled", "Microsoft asked for fewer requests, and Atrium waits as long as it said."
    ),
    FailureKind.MAILBOXES: Trouble("Unreachable", "The mailbox's server cannot be reached, or answers with errors."),
    FailureKind.SERVER: Trouble(
        "Exchange server", "The company's own Exchange server cannot be reached, or answers with errors."
    ),
    FailureKind.SERVER_BUSY: Trouble(
        "Exchange server busy", "The company's own Exchange server asked for fewer requests, and Atrium waits."
    ),
    FailureKind.SIGN_IN: Trouble("Sign-in service", "Microsoft's sign-in service cannot be reached."),
    FailureKind.AUTHORIZATION: Trouble(
        "Authorization", "Microsoft no longer takes the authorization. They connect again."
    ),
    FailureKind.UNAUTHORIZED: Trouble(
        "Token refused", "The mailbox refused an access token. Atrium asks for a new one."
    ),
    FailureKind.ACCESS_DENIED: Trouble(
        "Access denied", "The mailbox may not be read. An Office 365 admin can see why."
    ),
    FailureKind.UNSUPPORTED: Trouble(
        "No mailbox",
        "There is no mailbox to read. A licence may be missing. One that was read before is tried for a day.",
    ),
    FailureKind.CONSENT: Trouble(
        "Approval missing", "The company's approval is missing. An Office 365 admin approves again."
    ),
    FailureKind.REGISTRATION: Trouble("Client secret", "Whoever runs Atrium has to renew its client secret."),
    FailureKind.REQUEST_REFUSED: Trouble("Request refused", "Microsoft refuses Atrium's registration for the company."),
    FailureKind.SYNC_STATE: Trouble("Read anew", "Microsoft asked to read the mailbox from the beginning."),
    FailureKind.EMPTIED: Trouble(
        "All gone at once", "Atrium keeps what it had, and looks a second time before it believes that all is gone."
    ),
    FailureKind.OUR_MISTAKE: Trouble("Ours", "Something went wrong in Atrium; its log says what."),
    FailureKind.WORKER_DIED: Trouble("Interrupted", "Reading was interrupted in Atrium, and begins again."),
    FailureKind.OTHER: Trouble("Other", "Something that has no name yet; Atrium's log says what."),
}
CHOICES = tuple((kind.value, trouble.label) for kind, trouble in TROUBLES.items())


def trouble(kind: str) -> Trouble | None:
    """What this kind is called; None where nothing fails."""
    if not kind:
        return None
    return TROUBLES[FailureKind(kind)] if kind in list(FailureKind) else TROUBLES[FailureKind.OTHER]
