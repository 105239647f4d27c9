"""What stories about the portal's own servers need: Redis as it is run locally, and a database that is gone."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from django.db import connections

from portal import embedded

PATIENCE_SECONDS = 10


@contextmanager
def running_redis(var: Path) -> Iterator[str]:
    """The embedded Redis of this directory; its URL."""
    server = subprocess.Popen(embedded.redis_command(var))  # noqa: S603 - our own command
    url = f"unix://{embedded.redis_socket(var)}"
    try:
        wait_until_it_answers(url, server)
        yield url
    finally:
        server.terminate()
        server.wait(PATIENCE_SECONDS)


def wait_until_it_answers(url: str, server: "subprocess.Popen[bytes]") -> None:
    """Not longer than patience lasts."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    with redis.Redis.from_url(url) as client:
        while time.monotonic() < deadline:
            assert server.poll() is None, "Redis ended while starting"
            try:
                if client.ping():
                    return
            except redis.ConnectionError:
                continue
    raise AssertionError("Redis did not come up")


@contextmanager
def no_database(folder: Path) -> Iterator[None]:
    """The database cannot be reached: nobody listens on its socket."""
    real = connections["default"]
    unreachable = connections.create_connection("default")
    unreachable.settings_dict = {**real.settings_dict, "HOST": str(folder), "OPTIONS": {}}
    connections["default"] = unreachable
    try:
        yield
    finally:
        connections["default"] = real


@contextmanager
def lost_database() -> Iterator[None]:
    """The database was there, and its connection has been cut."""
    real = connections["default"]
    cut = connections.create_connection("default")
    cut.settings_dict = {**real.settings_dict}
    cut.ensure_connection()
    cut.connection.close()
    connections["default"] = cut
    try:
        yield
    finally:
        connections["default"] = real
