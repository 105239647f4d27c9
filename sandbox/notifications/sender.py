"""POSTs to the application's endpoints, on threads of their own, so that a slow endpoint holds nobody up."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import requests

_THREADS = 24  # more than notifications take, so that a handshake never waits for them
_LONGEST_REPLY = 4096


@dataclass(frozen=True)
class Reply:
    """`text` is cut off after a few kilobytes."""

    status: int
    content_type: str
    text: str

    @property
    def good(self) -> bool:
        """Whether the endpoint took it."""
        return 200 <= self.status < 300


class Sender:
    """One connection an endpoint and thread is kept open; redirects are not followed, the environment not asked."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_THREADS, "notifications")
        self._own = threading.local()

    async def post(self, url: str, body: bytes, content_type: str, seconds: float) -> Reply | None:
        """The reply, or None if there was none within so many seconds."""
        call = asyncio.get_running_loop().run_in_executor(self._pool, self._post, url, body, content_type, seconds)
        try:
            return await asyncio.wait_for(call, seconds)
        except (TimeoutError, requests.RequestException):
            return None

    def _post(self, url: str, body: bytes, content_type: str, seconds: float) -> Reply:
        headers = {"Content-Type": content_type, "User-Agent": "Microsoft-Graph-Sandbox"}
        with self._session().post(
            url, body, headers=headers, timeout=seconds, allow_redirects=False, stream=True
        ) as answer:
            text = answer.raw.read(_LONGEST_REPLY, decode_content=True).decode(errors="replace")
            return Reply(answer.status_code, answer.headers.get("Content-Type", ""), text)

    def _session(self) -> requests.Session:
        if not hasattr(self._own, "session"):
            self._own.session = requests.Session()
            self._own.session.trust_env = False
        session: requests.Session = self._own.session
        return session
