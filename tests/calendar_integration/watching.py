"""Everything that leaves the portal's processes or is kept: pages, log lines, queued tasks, mails, rows, names."""

import base64
import json
import logging
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import redis
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection as database
from django.test import Client

from calendar_integration.queueing import redis_client
from portal import embedded
from portal.logs import LineFormatter

PATIENCE_SECONDS = 10


@dataclass
class Watched:
    """What came out so far, by where it came out."""

    out: dict[str, list[str]] = field(default_factory=dict)

    def add(self, where: str, text: object) -> None:
        """Remember that this came out there."""
        self.out.setdefault(where, []).append(str(text))

    def leaks(self, secrets: dict[str, str]) -> list[str]:
        """Which secrets were found where."""
        return [
            f"{name} in {where}"
            for name, secret in secrets.items()
            for where, texts in self.out.items()
            if any(secret in text for text in texts)
        ]


class WatchedClient(Client):
    """A browser whose every answer is kept: where it leads and what it shows. Failures are pages, as in life."""

    def __init__(self, watched: Watched) -> None:
        super().__init__(raise_request_exception=False)
        self.watched = watched

    def request(self, **request: Any) -> Any:
        """As a browser's."""
        response = super().request(**request)
        self.watched.add(f"the address that {request['PATH_INFO']} leads to", response.headers.get("Location", ""))
        if not response.streaming:
            self.watched.add(f"the page {request['PATH_INFO']}", response.content.decode())
        return response

    def download(self, path: str) -> str:
        """A file that is written while it is sent."""
        text = b"".join(self.get(path).streaming_content).decode()  # type: ignore[attr-defined]  # the stubs know plain ones
        self.watched.add(f"the file {path}", text)
        return text


class _Handler(logging.Handler):
    def __init__(self, watched: Watched) -> None:
        super().__init__(logging.DEBUG)
        self.watched = watched
        self.setFormatter(LineFormatter("{levelname} {name}: {message} {args}", style="{"))

    def emit(self, record: logging.LogRecord) -> None:
        self.watched.add(f"the log of {record.name}", self.format(record))


@contextmanager
def watched_log(watched: Watched) -> Iterator[None]:
    """Every line of the log at DEBUG, as LOG_LEVEL=DEBUG brings it, with the arguments that it was made of."""
    root, handler = logging.getLogger(), _Handler(watched)
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.setLevel(level)
        root.removeHandler(handler)


@contextmanager
def running_queue() -> Iterator[redis.Redis]:
    """A real Redis where the portal expects it, as long as the block lasts."""
    command = embedded.redis_command(settings.VAR_DIR)
    process = subprocess.Popen(command)  # noqa: S603 - our own command
    try:
        with redis_client() as client:
            _wait_for(client)
            yield client
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def _wait_for(client: redis.Redis) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            client.ping()
        except redis.RedisError:
            continue
        return
    raise AssertionError("Redis did not come up")


def watch_queue(watched: Watched, client: redis.Redis) -> list[str]:
    """Every task that was queued, as Redis holds it, and its body; answers the names of the tasks."""
    queued: Any = client.lrange("celery", 0, -1)
    messages = [json.loads(raw) for raw in queued]
    for raw, message in zip(queued, messages, strict=True):
        watched.add("the queue", raw.decode())
        watched.add("the queue", json.loads(_decoded(message["body"])))
    return [message["headers"]["task"] for message in messages]


def _decoded(body: str) -> str:
    return base64.b64decode(body).decode()


def watch_database(watched: Watched) -> None:
    """Every row of every table as the database itself writes it, and what sessions hold."""
    with database.cursor() as cursor:
        for table in database.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" t')  # noqa: S608 - the name is the database's own
            for (row,) in cursor.fetchall():
                watched.add(f"the table {table}", row)
    for session in Session.objects.all():
        watched.add("a session", session.get_decoded())


def watch_names(watched: Watched) -> None:
    """How every object that is kept calls itself, in a log or in a debugger."""
    for model in apps.get_models():
        for one in model._default_manager.all()[:50]:
            watched.add(f"a name of {model._meta.label}", f"{one!r} {one!s}")


def watch_mails(watched: Watched) -> None:
    """Every mail."""
    for message in mail.outbox:
        watched.add("a mail", f"{message.subject}\n{message.body}")
