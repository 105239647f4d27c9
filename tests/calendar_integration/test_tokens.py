"""Tokens: refreshed when they have to be, never lost, never readable at rest."""

from datetime import timedelta

import pytest
from django.db import connection as database

from calendar_integration import tokens
from calendar_integration.errors import InvalidClientError, InvalidGrantError, UnavailableError
from calendar_integration.models import Connection
from tests.calendar_integration.refreshing import make_expired, refresh_token_of
from tests.calendar_integration.synced import make_connected
from tests.sandbox.running import Sandbox

pytestmark = pytest.mark.django_db


def test_a_fresh_token_is_used_without_asking_anyone(microsoft: Sandbox) -> None:
    connection = make_connected(microsoft)
    microsoft.control("DELETE", "/requests")
    assert tokens.access_token(connection)
    assert microsoft.control("GET", "/requests") == []


def test_an_expired_token_is_refreshed_and_the_rotated_refresh_token_kept(microsoft: Sandbox) -> None:
    connection = make_expired(microsoft)
    before, version = refresh_token_of(connection), connection.token_cache_version
    first = tokens.access_token(connection)
    assert refresh_token_of(connection) != before
    assert connection.token_cache_version == version + 1
    assert tokens.access_token(connection) == first


def test_whoever_saved_first_wins(microsoft: Sandbox) -> None:
    connection = make_expired(microsoft)
    slow = Connection.objects.get(pk=connection.pk)
    slow.refresh_from_db(fields=["token_cache", "token_cache_version"])
    tokens.access_token(connection)
    winner = refresh_token_of(connection)
    microsoft.control("DELETE", "/requests")
    assert tokens.access_token(slow)
    assert [row["kind"] for row in microsoft.control("GET", "/requests")] == ["token"]
    assert refresh_token_of(connection) == winner


def test_tokens_are_read_with_the_version_they_are_compared_by(microsoft: Sandbox) -> None:
    connection = make_expired(microsoft)
    seen_before = Connection.objects.get(pk=connection.pk)
    Connection.objects.update(token_cache_version=7)
    tokens.access_token(seen_before)
    assert Connection.objects.get(pk=connection.pk).token_cache_version == 8


def test_a_refusal_is_told_apart_from_our_own_mistake_and_from_an_outage(microsoft: Sandbox) -> None:
    connection = make_expired(microsoft)
    for fault, error in (
        ("token.refresh_revoked", InvalidGrantError),
        ("token.invalid_client", InvalidClientError),
        ("token.unavailable", UnavailableError),
        ("token.unreadable", UnavailableError),
        ("token.throttled", UnavailableError),
    ):
        microsoft.fault(fault, count=1)
        with pytest.raises(error):
            tokens.access_token(connection)
    assert tokens.access_token(connection)


@pytest.mark.parametrize(
    ("fault", "asked", "wait"),
    [
        ("token.unavailable", {"retry_after": 540}, timedelta(minutes=9)),
        ("token.throttled", {"retry_after": 540}, timedelta(minutes=9)),
        ("token.unavailable", {}, None),  # where nothing is said, the usual back-off counts
    ],
)
def test_microsoft_is_left_alone_for_as_long_as_it_asks(
    microsoft: Sandbox, fault: str, asked: dict[str, int], wait: timedelta | None
) -> None:
    connection = make_expired(microsoft)
    microsoft.fault(fault, count=1, **asked)
    with pytest.raises(UnavailableError) as raised:
        tokens.access_token(connection)
    assert raised.value.retry_after == wait
    assert tokens.access_token(connection)


def test_nothing_in_the_row_can_be_read_without_the_key(microsoft: Sandbox) -> None:
    connection = make_connected(microsoft)
    with database.cursor() as cursor:
        cursor.execute("SELECT * FROM calendar_integration_connection WHERE id = %s", [connection.pk])
        row = " ".join(map(str, cursor.fetchone()))
        cursor.execute("SELECT * FROM calendar_integration_authorizationattempt")
        attempts = " ".join(str(value) for attempt in cursor.fetchall() for value in attempt)
    assert "access_token" not in row.lower()
    assert refresh_token_of(connection) not in row
    assert "code_verifier" not in attempts
