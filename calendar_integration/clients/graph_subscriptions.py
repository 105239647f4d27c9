"""Subscriptions to change notifications at Microsoft Graph, Microsoft's page above each request."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from django.conf import settings

from calendar_integration import clock
from calendar_integration.clients.graph import stamp
from calendar_integration.clients.graph_transport import GraphTransport
from calendar_integration.errors import UnavailableError

# The preference at creation decides which ids the notifications name.
PREFER = 'IdType="ImmutableId"'
RESOURCES = {"events": "/me/events", "contacts": "/me/contacts"}
CHANGES = "created,updated,deleted"
TIMEOUT_SECONDS = (5, 30)  # Graph answers once our endpoints have answered it, for which it gives them ten seconds each
SHORT_TIMEOUT_SECONDS = (2, 3)


@dataclass(frozen=True)
class Endpoints:
    """Where Graph notifies of changes, and of what happens to the subscription itself."""

    changes: str
    lifecycle: str


@dataclass(frozen=True)
class Made:
    """A subscription that was made: its id at Graph, and until when it lives."""

    remote_id: str
    expires_at: datetime


class GraphSubscriptions:
    """The subscriptions of the person an access token is for. Calls raise the errors of calendar_integration.errors.

    ActionRefusedError: Graph could not reach our endpoints, or finds something wrong with what was asked for.
    AccessDeniedError: this mailbox cannot be subscribed to, or has too many subscriptions.
    """

    def __init__(self, access_token: str) -> None:
        self._transport = GraphTransport(access_token, prefer=PREFER)
        self._base = f"{settings.MS_GRAPH_URL}/subscriptions"

    def create(self, kind: str, endpoints: Endpoints, client_state: str) -> Made:
        """https://learn.microsoft.com/graph/api/subscription-post-subscriptions"""
        asked = {
            "changeType": CHANGES,
            "notificationUrl": endpoints.changes,
            "lifecycleNotificationUrl": endpoints.lifecycle,
            "resource": RESOURCES[kind],
            "expirationDateTime": _longest(),
            "clientState": client_state,
            "latestSupportedTlsVersion": "v1_2",
        }
        answer = self._transport.change("POST", self._base, asked, timeout=TIMEOUT_SECONDS)
        remote_id = answer.get("id")
        if not isinstance(remote_id, str) or not remote_id:
            raise UnavailableError("Graph made a subscription without an id.")
        return Made(remote_id.lower(), _expiry(answer))

    def renew(self, remote_id: str) -> datetime:
        """Until when it lives from now on; it is reauthorized too. Raises ItemNotFoundError where it is gone.

        https://learn.microsoft.com/graph/api/subscription-update
        """
        answer = self._transport.change("PATCH", self._address(remote_id), {"expirationDateTime": _longest()})
        return _expiry(answer)

    def delete(self, remote_id: str) -> None:
        """https://learn.microsoft.com/graph/api/subscription-delete

        Somebody may be waiting: it is not tried for long. Raises ItemNotFoundError where it is gone.
        """
        self._transport.change("DELETE", self._address(remote_id), timeout=SHORT_TIMEOUT_SECONDS)

    def _address(self, remote_id: str) -> str:
        return f"{self._base}/{quote(remote_id, safe='')}"


def _longest() -> str:
    return stamp(clock.now() + timedelta(minutes=settings.SUBSCRIPTION_MINUTES))


def _expiry(answer: dict[str, Any]) -> datetime:
    try:
        moment = datetime.fromisoformat(answer["expirationDateTime"])
    except (KeyError, TypeError, ValueError) as error:
        raise UnavailableError("Graph did not say until when a subscription lives.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
