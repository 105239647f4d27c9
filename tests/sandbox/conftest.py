"""The sandbox as it is really run: one process for all tests, spoken to over HTTP."""

from collections.abc import Iterator

import pytest

from tests.sandbox.browser import Browser
from tests.sandbox.graph_side import Graph
from tests.sandbox.hook_side import Hook, open_hook
from tests.sandbox.portal_side import authorize
from tests.sandbox.running import Sandbox, start_sandbox


@pytest.fixture(scope="session")
def _process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with start_sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture
def sandbox(_process: Sandbox) -> Sandbox:
    """The sandbox as it is on the first day."""
    _process.control("POST", "/reset")
    return _process


@pytest.fixture
def visitor(sandbox: Sandbox) -> Iterator[Browser]:
    """Somebody's browser, signed in nowhere."""
    with Browser(sandbox.http) as opened:
        yield opened


@pytest.fixture
def ana(sandbox: Sandbox, visitor: Browser) -> Graph:
    """Graph with Ana's token."""
    return Graph(sandbox, authorize(sandbox, visitor)["access_token"])


@pytest.fixture
def hook() -> Iterator[Hook]:
    """The application's endpoint for change notifications."""
    with open_hook() as opened:
        yield opened
