"""The way to a company's Exchange server that exchangelib takes.

exchangelib writes the requests and reads the answers. Whom it connects to and what it gets to read is decided here:
by itself it would follow the environment's proxies, look names up again, keep a connection for every token there ever
was, and write tokens into its log.
"""

import io
import time
from collections.abc import Iterator
from typing import Any

import requests
from exchangelib import DELEGATE, UTC, Configuration, FailFast, Version
from exchangelib.protocol import BaseProtocol
from exchangelib.transport import NOAUTH
from exchangelib.version import EXCHANGE_2016

from accounts.safe_http import CheckedAdapter, UnsafeUrlError, checked_addresses, checked_place
from calendar_integration.clients import ews_answers
from calendar_integration.errors import ServerUnavailableError
from calendar_integration.wire.http import TIMEOUT_SECONDS

PATIENCE = 5.0  # seconds to look a name up
LARGEST_ANSWER = 32 * 1024 * 1024  # bytes
LONGEST_ANSWER_SECONDS = 60
# Of one mailbox at one sync, or a server that trickles would keep a worker from everybody else's.
LONGEST_SYNC_SECONDS = 20 * 60
LARGEST_SYNC = 1 << 30  # bytes
CHUNK = 1 << 18


class Answer(requests.Response):
    """An answer that has been read whole; without this exchangelib would take it byte by byte."""

    def __init__(self, response: requests.Response, request: requests.PreparedRequest, body: bytes) -> None:
        super().__init__()
        self.status_code, self.reason, self.url = response.status_code, response.reason, response.url
        self.headers, self.request = response.headers, request
        self.raw = io.BytesIO(body)

    def iter_content(self, chunk_size: int | None = CHUNK, decode_unicode: bool = False) -> Iterator[Any]:
        """The body in large pieces."""
        return super().iter_content(chunk_size, decode_unicode)


class TokenAdapter(CheckedAdapter):
    """Adds the token beneath exchangelib, which logs headers, and reads answers within limits."""

    def __init__(self, url: str, access_token: str) -> None:
        self._bearer = f"Bearer {access_token}"
        self._until, self._bytes_left = time.monotonic() + LONGEST_SYNC_SECONDS, LARGEST_SYNC
        try:
            place = checked_place(url)
            super().__init__(place, checked_addresses(place, patience=PATIENCE))
        except UnsafeUrlError as error:
            raise ServerUnavailableError(f"The Exchange server is not connected to: {error}") from error

    def send(self, request: requests.PreparedRequest, *arguments: Any, **options: Any) -> requests.Response:
        """Send it. Raises ServerUnavailableError for answers that are too large, too slow, or no whole XML."""
        seconds_left = self._until - time.monotonic()
        if seconds_left <= 0 or self._bytes_left <= 0:
            raise ServerUnavailableError("The Exchange server takes too long, or too much, for one mailbox.")
        carrying = request.copy()
        carrying.headers["Authorization"] = self._bearer
        with (
            self.cut_off_after(min(LONGEST_ANSWER_SECONDS, seconds_left)),
            super().send(carrying, *arguments, **{**options, "stream": True}) as response,
        ):
            body = read_body(response)
        self._bytes_left -= len(body)
        if response.status_code == requests.codes.ok or ews_answers.is_soap(body):
            body = ews_answers.readable(body)
        return Answer(response, request, body)


def read_body(response: requests.Response) -> bytes:
    """The answer's body. Raises ServerUnavailableError where it is too large."""
    body = bytearray()
    for chunk in response.iter_content(CHUNK):
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise ServerUnavailableError("The Exchange server sent more than we read.")
    return bytes(body)


class OnceOnly(FailFast):  # type: ignore[misc] # exchangelib has no types
    """Nothing is tried again here: the only schedule of retries is the database's."""

    def raise_response_errors(self, response: requests.Response) -> None:
        """Let through what EWS says in SOAP, which it also does with status 500; raise our error for the rest."""
        is_soap = response.status_code == requests.codes.server_error and ews_answers.is_soap(response.content)
        if response.status_code != requests.codes.ok and not is_soap:
            raise ews_answers.error_of(response)


class Protocol(BaseProtocol):  # type: ignore[misc] # exchangelib has no types
    """exchangelib's sessions, each of one token: never kept for the next mailbox, as its own Protocol's would be."""

    TIMEOUT = TIMEOUT_SECONDS

    def __init__(self, url: str, access_token: str) -> None:
        version = Version(build=EXCHANGE_2016)  # said, or it would be asked for; older servers make it try older ones
        super().__init__(
            Configuration(service_endpoint=url, auth_type=NOAUTH, version=version, retry_policy=OnceOnly())
        )
        self._adapter = TokenAdapter(url, access_token)

    @property
    def version(self) -> Any:
        """The server's, which exchangelib finds out from its answers."""
        return self.config.version

    def create_session(self) -> requests.Session:
        """A session that knows one way, and nothing of the environment."""
        session = requests.Session()
        session.trust_env = False
        session.adapters.clear()
        session.mount("https://", self._adapter)
        session.headers.update({"Content-Type": "text/xml; charset=utf-8", "Accept-Encoding": "gzip, deflate"})
        vars(session).update(session_id=id(session), usage_count=0)  # exchangelib counts by these
        return session


class Mailbox:
    """What exchangelib's services want of an account: whose it is, and the way there."""

    access_type = DELEGATE
    default_timezone = UTC  # or times would be those of the worker's own zone
    affinity_cookie = None

    def __init__(self, address: str, protocol: Protocol) -> None:
        self.primary_smtp_address = address
        self.protocol = protocol
        self.version = protocol.version.copy()
