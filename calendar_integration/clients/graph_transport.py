"""Requests to Graph, to the configured host only, and within limits of size and time."""

import time
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import orjson
import requests
import urllib3
from django.conf import settings
from urllib3 import BaseHTTPResponse

from calendar_integration.clients.graph_answers import (
    ActionRefusedError,
    ItemNotFoundError,
    error_code,
    error_of,
    parse,
)
from calendar_integration.errors import UnavailableError
from calendar_integration.wire.http import TIMEOUT_SECONDS, session
from calendar_integration.wire.kept_alive import Answer

LARGEST_ANSWER = 50 * 1024 * 1024  # bytes; a page of 200 events is about one million
LONGEST_ANSWER_SECONDS = 60
CHUNK = 1 << 18


class GraphTransport:
    """Requests with one person's token, to the configured host only."""

    def __init__(self, access_token: str, *, prefer: str, ahead: dict[str, Answer] | None = None) -> None:
        """`ahead` holds what was asked for already, by its address; each answer is good once."""
        self._headers = headers_of(access_token, prefer)
        self._ahead = ahead or {}

    def get(self, url: str) -> dict[str, Any]:
        """The answer's JSON object. Raises the errors of calendar_integration.errors."""
        return parse(self.body(url))

    def body(self, url: str) -> bytes | bytearray:
        """The answer as it came. Raises the errors of calendar_integration.errors."""
        answer = self._ahead.pop(url, None) or self._send("GET", url)
        if answer.status != HTTPStatus.OK:
            raise error_of(answer)
        return answer.body

    def post(self, url: str, parameters: dict[str, Any]) -> None:
        """Have an action done; it is sent once, whatever comes of it.

        Raises ActionRefusedError where Graph finds that it cannot be done, else as `get` does.
        """
        answer = self._send("POST", url, parameters)
        if answer.status == HTTPStatus.BAD_REQUEST:
            raise ActionRefusedError(f"Graph answered 400 {error_code(answer.body)}")
        if answer.status != HTTPStatus.ACCEPTED:
            raise error_of(answer)

    def change(
        self,
        method: str,
        url: str,
        parameters: dict[str, Any] | None = None,
        *,
        timeout: tuple[int, int] = TIMEOUT_SECONDS,
    ) -> dict[str, Any]:
        """Make, change or delete something; the answer's JSON object, empty where there is none. It is sent once.

        `timeout` is in seconds, to connect and between two bytes. Raises as `post` does.
        """
        answer = self._send(method, url, parameters, timeout)
        if answer.status == HTTPStatus.BAD_REQUEST:
            raise ActionRefusedError(f"Graph answered 400 {error_code(answer.body)}")
        if answer.status not in (HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.NO_CONTENT):
            raise error_of(answer)
        return parse(answer.body) if answer.body else {}

    def get_or_none(self, url: str) -> dict[str, Any] | None:
        """The same, with None for an item that is not there."""
        try:
            return self.get(url)
        except ItemNotFoundError:
            return None

    def _send(
        self, method: str, url: str, parameters: Any = None, timeout: tuple[int, int] = TIMEOUT_SECONDS
    ) -> Answer:
        refuse_foreign(url)
        body, headers = None, self._headers
        if parameters is not None:
            body, headers = orjson.dumps(parameters), {**headers, "Content-Type": "application/json"}
        try:
            with session().fetch(method, url, headers, body=body, timeout=timeout) as response:
                return Answer(response.status, response.headers, read_body(response))
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise UnavailableError(f"Graph could not be reached: {type(error).__name__}.") from error


def headers_of(access_token: str, prefer: str) -> dict[str, str]:
    """What a request carries."""
    return {"Authorization": f"Bearer {access_token}", "Prefer": prefer, "Accept": "application/json"}


def refuse_foreign(url: str) -> None:
    """Raise UnavailableError for a link that would carry the token to another host than the configured one."""
    ours = urlsplit(settings.MS_GRAPH_URL)
    if url.startswith(f"{ours.scheme}://{ours.netloc}/"):
        return  # as nearly every link; taking it apart is the dearer way to see it
    try:
        theirs = urlsplit(url)
    except ValueError as error:
        raise UnavailableError("Graph sent a link that is none.") from error
    if (theirs.scheme, theirs.netloc) != (ours.scheme, ours.netloc):
        raise UnavailableError(f"Graph sent a link to another host, {theirs.netloc!r}; it was not followed.")


def read_body(response: BaseHTTPResponse) -> bytearray:
    """The answer's body. Raises UnavailableError where it is too large, or takes too long to arrive."""
    until = time.monotonic() + LONGEST_ANSWER_SECONDS
    body = bytearray()
    # What has arrived, and not a certain amount: a server that trickles is never silent for long.
    while piece := response.read1(CHUNK, decode_content=True):
        body += piece
        if len(body) > LARGEST_ANSWER or time.monotonic() > until:
            raise UnavailableError("Graph sent more than we read, or too slowly.")
    return body
