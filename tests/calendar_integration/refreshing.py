"""Connections whose access token is about to run out, for the stories about what a refresh brings."""

import json

from calendar_integration.models import Connection
from tests.calendar_integration.journey import SOON
from tests.calendar_integration.synced import make_connected
from tests.sandbox.running import Sandbox


def make_expired(microsoft: Sandbox) -> Connection:
    """A connection whose access token is about to run out, with a refresh token."""
    microsoft.control("POST", "/tokens", {"lifetime_seconds": SOON})
    connection = make_connected(microsoft)
    microsoft.control("POST", "/tokens", {"lifetime_seconds": 3600})
    return connection


def refresh_token_of(connection: Connection) -> str:
    """The refresh token that the database holds now."""
    connection.refresh_from_db()
    held = json.loads(connection.token_cache)["RefreshToken"].values()
    return str(next(iter(held))["secret"])


def let_expire(connection: Connection) -> None:
    """From now on the access token that is held has run out."""
    connection.refresh_from_db()
    cache = json.loads(connection.token_cache)
    for held in cache["AccessToken"].values():
        held["expires_on"] = held["extended_expires_on"] = "1"
    Connection.objects.filter(pk=connection.pk).update(token_cache=json.dumps(cache))
    connection.refresh_from_db()


def token_requests(microsoft: Sandbox) -> int:
    """How often the token endpoint has been asked since the log of requests was emptied."""
    return sum(row["kind"] == "token" for row in microsoft.control("GET", "/requests"))
