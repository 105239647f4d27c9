"""Which client reaches a mailbox: Graph where it is in Exchange Online, EWS where it is on a company's own server."""

from calendar_integration.clients.base import CalendarClient
from calendar_integration.clients.graph import GraphClient
from calendar_integration.errors import CalendarError
from calendar_integration.integration_setting import Method


class NotReadYetError(CalendarError):
    """Mailboxes on Exchange servers are authorized, and not read yet."""

    permanent = True
    in_words = "Atrium does not read Exchange servers yet."


def client_for_token(access_token: str, method: Method = Method.GRAPH) -> CalendarClient:
    """A client of the mailbox this token is for.

    Raises NotReadYetError by EWS: Graph never sees the token of an Exchange server.
    """
    if method is not Method.GRAPH:
        raise NotReadYetError("There is no client for Exchange servers yet.")
    return GraphClient(access_token)
