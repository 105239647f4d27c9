"""What an answer of Graph is: a JSON object, or one of our errors.

https://learn.microsoft.com/graph/errors and https://learn.microsoft.com/graph/throttling
"""

from http import HTTPStatus
from typing import Any

import orjson

from calendar_integration.clients import graph_text
from calendar_integration.errors import (
    AccessDeniedError,
    CalendarError,
    MailboxUnsupportedError,
    SyncStateLostError,
    ThrottledError,
    TokenRefusedError,
    UnavailableError,
)
from calendar_integration.wire.kept_alive import Answer
from calendar_integration.wire.retry_after import retry_after

RESYNC_CODES = {"syncstatenotfound", "resyncrequired", "syncstateinvalid"}
NO_MAILBOX_CODES = {"mailboxnotenabledforrestapi", "mailboxnotsupportedforrestapi"}


class ItemNotFoundError(CalendarError):
    """Graph knows no such item."""


class ActionRefusedError(CalendarError):
    """Graph finds that this cannot be done with this item."""

    permanent = True


def parse(content: bytes | bytearray) -> dict[str, Any]:
    """The JSON object of an answer. Raises UnavailableError for anything else."""
    try:
        answer = graph_text.loads(content)
    except orjson.JSONDecodeError as error:
        raise UnavailableError("Graph sent something that is not JSON.") from error
    if not isinstance(answer, dict):
        raise UnavailableError("Graph sent no object.")
    return answer


def error_of(answer: Answer) -> CalendarError:
    """Our error for an answer that is none of the good ones."""
    code = error_code(answer.body)
    message = f"Graph answered {answer.status} {code}".strip()
    if code.lower() in RESYNC_CODES or answer.status == HTTPStatus.GONE:
        return SyncStateLostError(message)
    if code.lower() in NO_MAILBOX_CODES:
        return MailboxUnsupportedError(message)
    if answer.status == HTTPStatus.NOT_FOUND:
        return ItemNotFoundError(message)
    if answer.status == HTTPStatus.UNAUTHORIZED:
        return TokenRefusedError(message)
    if answer.status == HTTPStatus.FORBIDDEN:
        return AccessDeniedError(message)
    busy = ThrottledError if answer.status == HTTPStatus.TOO_MANY_REQUESTS else UnavailableError
    return busy(message, retry_after=retry_after(answer.headers.get("Retry-After", "")))


def error_code(content: bytes | bytearray) -> str:
    """Graph's error code, or nothing where the body has none."""
    try:
        code = str(orjson.loads(content)["error"]["code"])
        return "".join(character for character in code if character.isalnum() or character in "._-")[:100]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return ""
