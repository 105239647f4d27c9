"""The sandbox as it is really run: one process for all tests, spoken to over HTTP."""

from collections.abc import Iterator

import pytest
from exchangelib.protocol import close_connections

from tests.sandbox.browser import Browser
from tests.sandbox.ews_side import Exchange, own_scope, token_for
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


@pytest.fixture(scope="session")
def _pias_token(_process: Sandbox) -> str:
    """One for all tests: a reset leaves keys and people as they are."""
    _process.control("POST", "/reset")
    with Browser(_process.http) as opened:
        return str(token_for(_process, opened, [own_scope(_process)])["access_token"])


@pytest.fixture
def pia(_pias_token: str, sandbox: Sandbox) -> Iterator[Exchange]:
    """Exchange with the token of Pia, whose mailbox is on-premises."""
    yield Exchange(sandbox, _pias_token)
    close_connections()


@pytest.fixture
def hook() -> Iterator[Hook]:
    """The application's endpoint for change notifications."""
    with open_hook() as opened:
        yield opened
