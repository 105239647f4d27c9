"""What can go wrong with a calendar, in our words: whether trying again can help, and when."""

from datetime import timedelta


class CalendarError(Exception):
    """Something between us and a mailbox. Permanent: only a person can mend it. `retry_after`: not before then.

    The message is for the log; `in_words` is for the person whose mailbox it is.
    """

    permanent = False
    in_words = "Something between Atrium and Microsoft did not work."

    def __init__(self, message: str, *, permanent: bool | None = None, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.permanent = type(self).permanent if permanent is None else permanent
        self.retry_after = retry_after


class UnavailableError(CalendarError):
    """Microsoft is throttling, down, slow, or answered something that is no answer."""

    in_words = "Microsoft was too busy, could not be reached, or answered something unreadable."


class UnreadableItemError(UnavailableError):
    """A single item that is there and cannot be read; others can."""


class ThrottledError(UnavailableError):
    """Microsoft asks for fewer requests (429)."""


class SignInUnavailableError(UnavailableError):
    """Not the mailbox but Microsoft's sign-in service, which brings new access tokens, is down or unreadable."""


class SyncStateLostError(CalendarError):
    """The delta link is no longer known: a full round is needed."""

    in_words = "Microsoft asked to read the mailbox from the beginning."


class EmptiedError(CalendarError):
    """A full round claims that everything is gone, where much is held: it is not believed before it says so again."""

    in_words = (
        "Everything in your mailbox seems to be gone at once. Atrium keeps what it had, and looks again in a quarter"
        " of an hour before it believes that."
    )


class InvalidGrantError(CalendarError):
    """The refresh token was refused. Once may be a hiccup; twice, a quarter of an hour apart, is not."""

    in_words = "Microsoft did not accept the authorization. If it stays so, connect again."


class InteractionRequiredError(InvalidGrantError):
    """Microsoft wants to see the person: a second step, or a rule of the company. It counts like a refused token.

    `claims` is what the next sign-in has to prove, in Microsoft's JSON; it is handed back there as it came.
    """

    in_words = "Microsoft asks for another sign-in, perhaps with a second step. If it stays so, connect again."

    def __init__(self, message: str, *, claims: str = "") -> None:
        super().__init__(message)
        self.claims = claims


class ConsentRefusedError(CalendarError):
    """The company's consent is gone or not yet everywhere: an Office 365 admin's to mend, nobody connects again."""

    in_words = "Your company's approval of Atrium is missing at Microsoft. An Office 365 admin has to approve it again."


class RequestRefusedError(CalendarError):
    """Microsoft refused what was asked for, for a reason that no sign-in of the person mends."""

    in_words = "Microsoft refused Atrium's request. Atrium tries again by itself."


class InvalidClientError(CalendarError):
    """Our own client secret is wrong or has expired: the operator's to mend, nobody is disconnected for it."""

    in_words = "Atrium's own registration at Microsoft has to be renewed by whoever runs Atrium."


class TokensLostError(CalendarError):
    """The tokens we hold cannot be read with any key: only a new authorization helps."""

    permanent = True
    in_words = "The authorization can no longer be read. Connect again."


class TokenRefusedError(CalendarError):
    """The mailbox refused our access token (401): a refreshed one may be taken."""

    in_words = "Microsoft did not accept the access token."


class AccessDeniedError(CalendarError):
    """The mailbox is not to be read with our permissions (403)."""

    permanent = True
    in_words = "Microsoft did not let Atrium read the mailbox."


class MailboxUnsupportedError(CalendarError):
    """There is no mailbox that Graph can reach for this person.

    The same is answered while a mailbox moves or its licence changes: where one was read before, it is believed only
    once it has been answered for a day.
    """

    in_words = "There is no mailbox that Atrium can read."
    in_words_meanwhile = (
        "Just now there seems to be no mailbox that Atrium can read. It may be moving, or its licence may be changing."
        " Atrium keeps trying for a day."
    )


class MailboxTooLargeError(MailboxUnsupportedError):
    """There is more in the window than Atrium reads."""

    permanent = True
    in_words = (
        "Your mailbox holds more than 100,000 meetings or contacts in the time that Atrium keeps, which is more than"
        " Atrium reads. What was read before stays as it was, and is not kept up to date."
    )


class ServerUnavailableError(UnavailableError):
    """A company's own Exchange server is throttling, down, slow, or answered something that is no answer."""

    in_words = "Your company's Exchange server was too busy, could not be reached, or answered something unreadable."


class ServerThrottledError(ThrottledError):
    """A company's own Exchange server asks for fewer requests."""

    in_words = ServerUnavailableError.in_words


class MailboxMovingError(CalendarError):
    """The mailbox is on its way, perhaps only to another database: asked again, the server says where it went.

    It says nothing of other mailboxes, which are not moving.
    """

    in_words = (
        "Your mailbox is being moved. Atrium tries again by itself. If it moves to Exchange Online, connect again"
        " afterwards."
    )


class ServerRefusedTokenError(TokenRefusedError):
    """A company's own Exchange server refused our access token (401)."""

    in_words = "Your company's Exchange server did not accept the access token."


class ServerDeniedError(AccessDeniedError):
    """A company's own Exchange server does not let us into the mailbox (403)."""

    in_words = "Your company's Exchange server did not let Atrium read the mailbox."


class MailboxMovedError(MailboxUnsupportedError):
    """The company's Exchange server leads on to Exchange Online: the mailbox has gone there."""

    permanent = True
    in_words = (
        "Your mailbox is no longer on your company's Exchange server. If it has moved to Exchange Online, an admin"
        " has to choose Microsoft Graph for you; then connect again."
    )


class MailboxMissingError(MailboxMovedError):
    """The company's Exchange server knows of no such mailbox, which it also says while one is on its way."""

    permanent = False


class OurMistakeError(CalendarError):
    """Something that Atrium did not expect; the log has the traceback."""

    in_words = "Something went wrong on our side."


class LeaseLostError(CalendarError):
    """Another worker has taken this mailbox over; what this one read is thrown away."""
