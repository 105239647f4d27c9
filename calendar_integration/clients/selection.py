"""Which client reaches a mailbox: Graph, since the mailbox is in Exchange Online."""

from calendar_integration.clients.base import CalendarClient
from calendar_integration.clients.graph import GraphClient


def client_for_token(access_token: str) -> CalendarClient:
    """A client of the mailbox this token is for."""
    return GraphClient(access_token)
