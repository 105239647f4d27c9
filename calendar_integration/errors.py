"""What can go wrong with a calendar, in our words: whether trying again can help, and when."""

from datetime import timedelta


class CalendarError(Exception):
    """Something between us and a mailbox. Permanent: only a person can mend it. `retry_after`: not before then."""

    permanent = False

    def __init__(self, message: str, *, permanent: bool | None = None, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.permanent = type(self).permanent if permanent is None else permanent
        self.retry_after = retry_after


class UnavailableError(CalendarError):
    """Microsoft is throttling, down, slow, or answered something that is no answer."""


class SyncStateLostError(CalendarError):
    """The delta link is no longer known: a full round is needed."""


class InvalidGrantError(CalendarError):
    """The refresh token was refused. Once may be a hiccup; twice, a quarter of an hour apart, is not."""


class InvalidClientError(CalendarError):
    """Our own client secret is wrong or has expired: the operator's to mend, nobody is disconnected for it."""


class TokensLostError(CalendarError):
    """The tokens we hold cannot be read with any key: only a new authorization helps."""

    permanent = True


class TokenRefusedError(CalendarError):
    """The mailbox refused our access token (401): a refreshed one may be taken."""


class AccessDeniedError(CalendarError):
    """The mailbox is not to be read with our permissions (403)."""

    permanent = True


class MailboxUnsupportedError(CalendarError):
    """There is no mailbox that Graph can reach for this person."""

    permanent = True


class LeaseLostError(CalendarError):
    """Another worker has taken this mailbox over; what this one read is thrown away."""
