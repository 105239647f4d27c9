"""What happened in a mailbox, for those who want to be told."""

from typing import Literal, NamedTuple

Collection = Literal["events", "contacts"]
Kind = Literal["created", "updated", "deleted"]


class Change(NamedTuple):
    """One change: `kind` is Graph's changeType, `number` the mailbox's change number."""

    collection: Collection
    kind: Kind
    key: str
    number: int
