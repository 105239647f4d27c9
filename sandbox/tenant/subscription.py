"""A subscription to change notifications, as the sandbox keeps it.

https://learn.microsoft.com/graph/api/resources/subscription
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox.tenant.journal import Change, Collection


@dataclass
class Subscription:
    """`expires_at` is seconds since the epoch; `immutable_ids` was preferred when it was made.

    While `paused` it waits to be reauthorized. A `deleted` one is kept for the fault that notifies all the same.
    """

    id: str
    tenant_id: str
    oid: str
    collection: Collection
    resource: str
    change_types: list[str]
    notification_url: str
    lifecycle_url: str | None
    client_state: str | None
    expires_at: float
    immutable_ids: bool
    paused: bool = False
    deleted: bool = False

    @property
    def expiration(self) -> str:
        """expirationDateTime as Graph writes it."""
        return datetime.fromtimestamp(self.expires_at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")

    def active(self, now: float) -> bool:
        """Whether it is there for its owner at this second since the epoch."""
        return not self.deleted and now < self.expires_at

    def wants(self, change: Change) -> bool:
        """Whether it is about such a change."""
        return change.collection == self.collection and change.kind in self.change_types
