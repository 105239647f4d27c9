"""The application's endpoint for change notifications: a real server that remembers what it was sent."""

import json
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from tests.sandbox.running import PATIENCE_SECONDS

Json = dict[str, Any]


class Answer(NamedTuple):
    """What the endpoint answers to a handshake."""

    status: int
    content_type: str
    text: str


class Hook:
    """`posts` holds (path, body) of every notification POST, `validations` the paths of every handshake.

    `refusals` are statuses for the next POSTs; after them each is answered 202. With `silent`, POSTs of
    notifications are answered when `speak` was called.
    """

    def __init__(self, base: str) -> None:
        self.base = base
        self.posts: list[tuple[str, Json]] = []
        self.validations: list[str] = []
        self.refusals: deque[int] = deque()
        self.handshake: Callable[[str], Answer] = lambda token: Answer(200, "text/plain; charset=utf-8", token)
        self.silent = False
        self._spoken = threading.Event()
        self._news = threading.Condition()

    @property
    def url(self) -> str:
        """For changes."""
        return f"{self.base}/changes"

    @property
    def lifecycle_url(self) -> str:
        """For lifecycle events."""
        return f"{self.base}/lifecycle"

    @property
    def rows(self) -> list[Json]:
        """Every notification, in the order of arrival."""
        return [row for _path, body in self.posts for row in body["value"]]

    def take(self, path: str, content_type: str, body: bytes) -> Answer:
        """One request, answered."""
        parts = urlsplit(path)
        query = parse_qs(parts.query)
        with self._news:
            self._news.notify_all()
            if "validationToken" in query:
                assert (content_type, body) == ("text/plain; charset=utf-8", b"")
                self.validations.append(parts.path)
                return self.handshake(query["validationToken"][0])
            self.posts.append((parts.path, json.loads(body)))
            status = self.refusals.popleft() if self.refusals else 202
        if self.silent:
            assert self._spoken.wait(PATIENCE_SECONDS)
        return Answer(status, "text/plain", "")

    def speak(self) -> None:
        """Answers what waits."""
        self.silent = False
        self._spoken.set()

    def wait(self, enough: Callable[[], bool]) -> None:
        """Waits until it was sent enough."""
        with self._news:
            assert self._news.wait_for(enough, PATIENCE_SECONDS), self.posts

    def wait_for_rows(self, count: int) -> list[Json]:
        """Waits for so many notifications, and no more."""
        self.wait(lambda: len(self.rows) >= count)
        assert len(self.rows) == count, self.rows
        return self.rows


def _handler(hooks: list[Hook]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer = hooks[0].take(self.path, self.headers.get("Content-Type", ""), body)
            with suppress(ConnectionError):  # the sender may have lost patience
                self._send(answer)

        def _send(self, answer: Answer) -> None:
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.text.encode())))
            self.end_headers()
            self.wfile.write(answer.text.encode())

        def log_message(self, *_: Any) -> None:
            """Not on the terminal."""

    return Handler


@contextmanager
def open_hook() -> Iterator[Hook]:
    """An endpoint on this machine, closed at the end."""
    hooks: list[Hook] = []
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(hooks)) as server:
        hooks.append(Hook(f"http://127.0.0.1:{server.server_port}"))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield hooks[0]
        server.shutdown()
        thread.join()
