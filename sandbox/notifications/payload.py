"""What a notification says.

https://learn.microsoft.com/graph/api/resources/changenotification
https://learn.microsoft.com/graph/change-notifications-lifecycle-events
"""

from typing import Literal
from uuid import uuid4

from sandbox.graph.render import etag
from sandbox.tenant.ids import public_id
from sandbox.tenant.journal import Change
from sandbox.tenant.mailbox import Json
from sandbox.tenant.subscription import Subscription

LifecycleEvent = Literal["missed", "subscriptionRemoved", "reauthorizationRequired"]

_TYPES = {"events": "Event", "contacts": "Contact"}


def change_row(subscription: Subscription, change: Change) -> Json:
    """A change of an item."""
    shown = public_id(change.key, immutable=subscription.immutable_ids)
    kind = _TYPES[change.collection]
    resource = f"Users/{subscription.oid}/{kind}s/{shown}"
    return {
        "id": str(uuid4()),
        **_about(subscription),
        "changeType": change.kind,
        "resource": resource,
        "resourceData": {
            "@odata.type": f"#Microsoft.Graph.{kind}",
            "@odata.id": resource,
            "@odata.etag": etag(change.key, change.number),
            "id": shown,
        },
    }


def lifecycle_row(subscription: Subscription, event: LifecycleEvent) -> Json:
    """Something happened to the subscription itself."""
    return {"lifecycleEvent": event, **_about(subscription)}


def _about(subscription: Subscription) -> Json:
    return {
        "subscriptionId": subscription.id,
        "subscriptionExpirationDateTime": subscription.expiration,
        "clientState": subscription.client_state,
        "tenantId": subscription.tenant_id,
    }
