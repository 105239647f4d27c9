"""Connections that went the whole way, for the stories that begin after it."""

from calendar_integration.models import Connection
from calendar_integration.sync.engine import Status, SyncResult, sync_connection
from tests.calendar_integration.journey import Traveller
from tests.makers import make_account, make_service, make_user
from tests.sandbox.running import Sandbox


def make_connected(microsoft: Sandbox) -> Connection:
    """Mia, who has just authorized her mailbox: Contoso's fullest, of more than one page."""
    account = make_account()
    make_service(account)
    return Traveller(make_user(account, "mia"), microsoft, "Mia Brandt").connect()


def make_synced(microsoft: Sandbox) -> Connection:
    """The same, with the first sync behind them."""
    connection = make_connected(microsoft)
    assert sync(connection).status is Status.DONE
    return connection


def make_team(microsoft: Sandbox) -> list[Connection]:
    """Three people of one company with small mailboxes, each read once."""
    account = make_account()
    make_service(account)
    people = {"cy": "Cy Marsh", "noah": "Noah Weiss", "rosa": "Rosa Vidal"}
    team = [Traveller(make_user(account, first), microsoft, name).connect() for first, name in people.items()]
    for connection in team:
        sync(connection)
    return team


def sync(connection: Connection) -> SyncResult:
    """A sync that must work."""
    result = sync_connection(connection.pk)
    assert result.error is None, result.error
    return result
