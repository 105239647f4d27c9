"""Which client reaches a mailbox: Graph where it is in Exchange Online, EWS where it is on a company's own server."""

from calendar_integration.clients.base import AnsweringClient
from calendar_integration.clients.ews import EwsClient
from calendar_integration.clients.graph import GraphClient
from calendar_integration.integration_setting import Method
from calendar_integration.models import Connection
from calendar_integration.wire.kept_alive import Answer


def client_of(connection: Connection, access_token: str, ahead: dict[str, Answer] | None = None) -> AnsweringClient:
    """A client of the connection's mailbox; neither Graph nor an Exchange server ever sees the other's token.

    `ahead` holds what Graph was asked for already, by its address.

    Close it when the mailbox is done with. Raises UnavailableError where the server's address may not be connected to.
    """
    if connection.method == Method.EWS:
        return EwsClient(access_token, connection.ews_url, connection.mailbox)
    return GraphClient(access_token, ahead)
