"""What stories of notifications ask for."""

import pytest
from django.db import connection
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from tests.sandbox.running import Sandbox


@pytest.fixture
def notifying(
    microsoft: Sandbox, live_server: LiveServer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Sandbox:
    """The sandbox, with a portal that it can notify: a real server on a port of its own."""
    # The sandbox keeps its HTTP connections open. The threads behind them must not keep the database's, too.
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)
    settings.NOTIFICATION_URL = live_server.url
    return microsoft


@pytest.fixture
def subscribing(microsoft: Sandbox, settings: Settings) -> Sandbox:
    """The sandbox, which makes subscriptions for a portal that nobody can reach: for stories without notifications."""
    settings.NOTIFICATION_URL = "http://localhost:9"
    microsoft.fault("notification.validation_skipped")
    return microsoft
