"""Subscribing to change notifications as the portal does."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.sandbox.graph_side import Graph, Json
from tests.sandbox.hook_side import Hook

SECRET_STATE = "a state that only the two of us know"


def in_minutes(minutes: float) -> str:
    """A moment as Graph takes it."""
    return (datetime.now(UTC) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")


def wanted(hook: Hook, **properties: Any) -> Json:
    """What the portal asks for; properties that are None are left out."""
    body = {
        "changeType": "created,updated,deleted",
        "notificationUrl": hook.url,
        "lifecycleNotificationUrl": hook.lifecycle_url,
        "resource": "/me/events",
        "expirationDateTime": in_minutes(600),
        "clientState": SECRET_STATE,
        **properties,
    }
    return {name: value for name, value in body.items() if value is not None}


def subscribe(graph: Graph, hook: Hook, **properties: Any) -> Json:
    """A subscription that was made."""
    answer = graph.call("POST", "/subscriptions", json=wanted(hook, **properties))
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made
