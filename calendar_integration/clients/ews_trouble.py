"""What exchangelib says went wrong, as errors of ours.

https://learn.microsoft.com/exchange/client-developer/web-service-reference/responsecode
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from exchangelib import errors

from calendar_integration.errors import (
    CalendarError,
    MailboxMissingError,
    MailboxMovingError,
    ServerDeniedError,
    ServerThrottledError,
    ServerUnavailableError,
    SyncStateLostError,
)
from calendar_integration.wire.retry_after import LONGEST_WAIT


class RangeTooBigError(CalendarError):
    """The server does not view so many days, or so many items, at once."""


@contextmanager
def translated_errors() -> Iterator[None]:
    """exchangelib's errors as ours. Their texts quote the server, so that only their names are taken."""
    try:
        yield
    except errors.EWSError as error:
        raise _ours(error) from error
    except (AttributeError, KeyError, IndexError, TypeError, ValueError, OverflowError, OSError) as error:
        raise ServerUnavailableError("The Exchange server sent something that could not be read.") from error


def _ours(error: Exception) -> CalendarError:
    message = f"The Exchange server answered {type(error).__name__}"
    match error:
        case errors.ErrorServerBusy():
            return ServerThrottledError(message, retry_after=_back_off(error.back_off))
        case errors.ErrorCalendarViewRangeTooBig() | errors.ErrorExceededFindCountLimit():
            return RangeTooBigError(message)
        case errors.ErrorInvalidSyncStateData():
            return SyncStateLostError(message)
        case errors.ErrorNonExistentMailbox():
            return MailboxMissingError(message)
        case errors.ErrorMailboxMoveInProgress():
            return MailboxMovingError(message)
        case errors.ErrorAccessDenied():
            return ServerDeniedError(message)
    if type(error) in (errors.TransportError, errors.ErrorTimeoutExpired) and error.__context__:
        name = type(error.__context__).__name__  # of what happened on the way
        return ServerUnavailableError(f"The Exchange server could not be reached, or was cut off: {name}")
    return ServerUnavailableError(message)


def _back_off(seconds: float | None) -> timedelta | None:
    """How long the server wants to be left alone, an hour at most."""
    return None if seconds is None else timedelta(seconds=max(0.0, min(seconds, LONGEST_WAIT.total_seconds())))
