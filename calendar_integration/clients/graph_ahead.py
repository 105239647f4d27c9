"""Asking Graph for many mailboxes at once: one thread of this process sends everything, and waits for it.

A poll that finds nothing new is one short answer. A thread of its own to wait for each costs more than the request.
https://docs.aiohttp.org/en/stable/client_reference.html
"""

import asyncio
import atexit
import threading
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import aiohttp
from django.conf import settings
from yarl import URL

from calendar_integration.wire import http
from calendar_integration.wire.kept_alive import Answer, way_to

AnswerT = TypeVar("AnswerT")

WITHIN_SECONDS = 5  # what has not come by then is left to a thread, which asks again and has more patience
LARGEST_ANSWER = 256 * 1024  # bytes; the same of what is more
REQUESTS_OF_A_MAILBOX = 2  # at once; Microsoft allows four

_lock = threading.Lock()


@dataclass(frozen=True)
class Question:
    """A GET of an address of Graph's; the headers carry a token."""

    url: str
    headers: Mapping[str, str] = field(repr=False)


class Asking:
    """The thread, with connections that are kept alive."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, name="asking", daemon=True)
        self.thread.start()
        self.session = self.run(_session())

    def run(self, work: Coroutine[None, None, AnswerT]) -> AnswerT:
        """What it answers."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    def stop(self) -> None:
        """Close the connections, and wait for the thread to end."""
        self.run(self.session.close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


_asking: Asking | None = None


def ask(questions: Sequence[Question]) -> list[Answer | None]:
    """Graph's answers, whatever they say; None where there was none in time, or none that could be read.

    The addresses must be of the configured host. Redirects are not followed; nothing is raised for what fails.
    """
    asking = _begun()
    return asking.run(_ask(asking.session, questions))


def stop() -> None:
    """Close what is open; what is asked next begins anew, with the settings of then."""
    global _asking
    with _lock:
        asking, _asking = _asking, None
    if asking is not None:
        asking.stop()


atexit.register(stop)  # connections that are not closed are complained of


def _begun() -> Asking:
    global _asking
    with _lock:
        _asking = _asking or Asking()
        return _asking


async def _session() -> aiohttp.ClientSession:
    way = way_to(settings.MS_GRAPH_URL, http.session())
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=settings.SYNC_THREADS * REQUESTS_OF_A_MAILBOX, ssl=way.trusted),
        proxy=way.proxy,
        trust_env=False,  # or the environment is looked through for every request, which takes longer than the request
        cookie_jar=aiohttp.DummyCookieJar(),  # one session serves many people
        headers={"User-Agent": http.USUAL["User-Agent"]},
        timeout=aiohttp.ClientTimeout(total=WITHIN_SECONDS),
    )


async def _ask(session: aiohttp.ClientSession, questions: Sequence[Question]) -> list[Answer | None]:
    return await asyncio.gather(*(_answer(session, question) for question in questions))


async def _answer(session: aiohttp.ClientSession, question: Question) -> Answer | None:
    url = URL(question.url, encoded=True)  # a delta link goes back as it came
    try:
        async with session.get(url, headers=question.headers, allow_redirects=False) as response:
            body = await _body(response)
            return None if body is None else Answer(response.status, response.headers, body)
    except (aiohttp.ClientError, TimeoutError, OSError):
        return None


async def _body(response: aiohttp.ClientResponse) -> bytearray | None:
    body = bytearray()
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > LARGEST_ANSWER:
            return None
    return body
