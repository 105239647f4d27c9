"""Requests to Graph and the errors they end in.

https://learn.microsoft.com/graph/errors and https://learn.microsoft.com/graph/throttling
"""

import email.utils
import time
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import orjson
import requests
import urllib3
from django.conf import settings
from django.utils import timezone

from calendar_integration.errors import (
    AccessDeniedError,
    CalendarError,
    MailboxUnsupportedError,
    SyncStateLostError,
    ThrottledError,
    TokenRefusedError,
    UnavailableError,
)
from calendar_integration.http import session

LARGEST_ANSWER = 50 * 1024 * 1024  # bytes; a page of 200 events is about one million
LONGEST_ANSWER_SECONDS = 60
CHUNK = 1 << 18
LONGEST_WAIT = timedelta(hours=1)
RESYNC_CODES = {"syncstatenotfound", "resyncrequired", "syncstateinvalid"}
NO_MAILBOX_CODES = {"mailboxnotenabledforrestapi", "mailboxnotsupportedforrestapi"}


class GraphTransport:
    """Requests with one person's token, to the configured host only."""

    def __init__(self, access_token: str, *, prefer: str) -> None:
        self._headers = {
            "Authorization": f"Bearer {access_token}",
            "Prefer": prefer,
            "Accept": "application/json",
        }

    def get(self, url: str) -> dict[str, Any]:
        """The answer's JSON object. Raises the errors of calendar_integration.errors."""
        return parse(self.body(url))

    def body(self, url: str) -> bytearray:
        """The answer as it came. Raises the errors of calendar_integration.errors."""
        response, body = self._send("GET", url)
        if response.status_code != requests.codes.ok:
            raise error_of(response, body)
        return body

    def post(self, url: str, parameters: dict[str, Any]) -> None:
        """Have an action done; it is sent once, whatever comes of it.

        Raises ActionRefusedError where Graph finds that it cannot be done, else as `get` does.
        """
        response, body = self._send("POST", url, json=parameters)
        if response.status_code == requests.codes.bad_request:
            raise ActionRefusedError(f"Graph answered 400 {error_code(body)}")
        if response.status_code != requests.codes.accepted:
            raise error_of(response, body)

    def change(self, method: str, url: str, parameters: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
        """Make, change or delete something; the answer's JSON object, empty where there is none. It is sent once.

        Raises as `post` does.
        """
        response, body = self._send(method, url, json=parameters, **options)
        if response.status_code == requests.codes.bad_request:
            raise ActionRefusedError(f"Graph answered 400 {error_code(body)}")
        if response.status_code not in (requests.codes.ok, requests.codes.created, requests.codes.no_content):
            raise error_of(response, body)
        return parse(body) if body else {}

    def get_or_none(self, url: str) -> dict[str, Any] | None:
        """The same, with None for an item that is not there."""
        try:
            return self.get(url)
        except ItemNotFoundError:
            return None

    def _send(self, method: str, url: str, **options: Any) -> tuple[requests.Response, bytearray]:
        refuse_foreign(url)
        try:
            with self._begun(method, url, options) as response:
                return response, read_body(response)
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise UnavailableError(f"Graph could not be reached: {type(error).__name__}.") from error

    def _begun(self, method: str, url: str, options: dict[str, Any]) -> requests.Response:
        if method == "GET":
            return session().fetch(url, self._headers)
        arguments = {"headers": self._headers, "allow_redirects": False, "stream": True, **options}
        return session().request(method, url, **arguments)


class ItemNotFoundError(CalendarError):
    """Graph knows no such item."""


class ActionRefusedError(CalendarError):
    """Graph finds that this cannot be done with this item."""

    permanent = True


def refuse_foreign(url: str) -> None:
    """Raise UnavailableError for a link that would carry the token to another host than the configured one."""
    ours = urlsplit(settings.MS_GRAPH_URL)
    try:
        theirs = urlsplit(url)
    except ValueError as error:
        raise UnavailableError("Graph sent a link that is none.") from error
    if (theirs.scheme, theirs.netloc) != (ours.scheme, ours.netloc):
        raise UnavailableError(f"Graph sent a link to another host, {theirs.netloc!r}; it was not followed.")


def read_body(response: requests.Response) -> bytearray:
    """The answer's body. Raises UnavailableError where it is too large, or takes too long to arrive."""
    until = time.monotonic() + LONGEST_ANSWER_SECONDS
    body = bytearray()
    for chunk in response.iter_content(CHUNK):
        body += chunk
        if len(body) > LARGEST_ANSWER or time.monotonic() > until:
            raise UnavailableError("Graph sent more than we read, or too slowly.")
    return body


def parse(content: bytes | bytearray) -> dict[str, Any]:
    """The JSON object of an answer. Raises UnavailableError for anything else."""
    try:
        answer = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise UnavailableError("Graph sent something that is not JSON.") from error
    if not isinstance(answer, dict):
        raise UnavailableError("Graph sent no object.")
    return answer


def error_of(response: requests.Response, body: bytearray) -> CalendarError:
    """Our error for an answer that is none of the good ones."""
    code = error_code(body)
    message = f"Graph answered {response.status_code} {code}".strip()
    if code.lower() in RESYNC_CODES or response.status_code == requests.codes.gone:
        return SyncStateLostError(message)
    if code.lower() in NO_MAILBOX_CODES:
        return MailboxUnsupportedError(message)
    if response.status_code == requests.codes.not_found:
        return ItemNotFoundError(message)
    if response.status_code == requests.codes.unauthorized:
        return TokenRefusedError(message)
    if response.status_code == requests.codes.forbidden:
        return AccessDeniedError(message)
    busy = ThrottledError if response.status_code == requests.codes.too_many_requests else UnavailableError
    return busy(message, retry_after=retry_after(response.headers.get("Retry-After", "")))


def error_code(content: bytes | bytearray) -> str:
    """Graph's error code, or nothing where the body has none."""
    try:
        code = str(orjson.loads(content)["error"]["code"])
        return "".join(character for character in code if character.isalnum() or character in "._-")[:100]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return ""


def retry_after(header: str) -> timedelta | None:
    """How long to wait, from seconds or an HTTP date; at most an hour."""
    if header.isascii() and header.isdigit():
        return min(timedelta(seconds=int(header[:9])), LONGEST_WAIT)
    try:
        wait = email.utils.parsedate_to_datetime(header) - timezone.now()
    except (TypeError, ValueError):
        return None
    return max(timedelta(0), min(wait, LONGEST_WAIT))
