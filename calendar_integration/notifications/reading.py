"""What a POST of Graph's says: pure, and suspicious.

https://learn.microsoft.com/graph/api/resources/changenotificationcollection
https://learn.microsoft.com/graph/change-notifications-lifecycle-events
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import orjson

LARGEST_BODY = 1 << 20  # bytes; a notification has about 700
MOST_ITEMS = 2000  # more than a body of that size has
LONGEST_TEXT = 200  # characters; a clientState has 128 at the most


class UnreadableError(Exception):
    """The body is no collection of notifications."""


class Event(StrEnum):
    """What a notification tells of."""

    CHANGE = "change"
    REAUTHORIZATION_REQUIRED = "reauthorizationRequired"
    SUBSCRIPTION_REMOVED = "subscriptionRemoved"
    MISSED = "missed"


@dataclass(frozen=True)
class Notification:
    """One item; nothing of it is believed before it was compared. Which item changed is not looked at."""

    subscription_id: str
    client_state: str = field(repr=False)
    tenant_id: str
    event: Event


def read(body: bytes) -> list[Notification]:
    """The notifications in a body, each once, whatever their number; those in no known shape are left out.

    Raises UnreadableError.
    """
    try:
        items = orjson.loads(body)["value"]
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise UnreadableError("There is no list of notifications.") from error
    if not isinstance(items, list):
        raise UnreadableError("There is no list of notifications.")
    found = (_notification(item) for item in items[:MOST_ITEMS])
    return list(dict.fromkeys(notification for notification in found if notification))


def _notification(item: Any) -> Notification | None:
    if not isinstance(item, dict):
        return None
    texts = [item.get(name) for name in ("subscriptionId", "clientState", "tenantId")]
    event = _event(item.get("lifecycleEvent"))
    if event is None or not all(isinstance(text, str) and 0 < len(text) <= LONGEST_TEXT for text in texts):
        return None
    subscription_id, client_state, tenant_id = (str(text) for text in texts)
    if not subscription_id.isprintable():
        return None  # the database takes no NUL
    return Notification(subscription_id.lower(), client_state, tenant_id.lower(), event)


def _event(lifecycle_event: Any) -> Event | None:
    """The event; None for one that we do not know."""
    if lifecycle_event is None:
        return Event.CHANGE
    return next((event for event in Event if event == lifecycle_event and event is not Event.CHANGE), None)
