"""Where a round reads from, and how the mailbox stays this worker's meanwhile."""

import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from calendar_integration.clients.base import CalendarClient, Page, Window
from calendar_integration.errors import UnavailableError
from calendar_integration.models import Contact, Meeting, Stream, StreamKind
from calendar_integration.sync import leases
from calendar_integration.sync.held_rows import Model

KEPT_EVERY_SECONDS = 2.0  # however many pages there are: a lease lasts minutes, and nobody watches more closely
LONGEST_ROUND_SECONDS = 20 * 60  # less than a task may take


def _next_time() -> float:
    return time.monotonic() + KEPT_EVERY_SECONDS


@dataclass
class Reader:
    """A stream, read through a client under a lease."""

    client: CalendarClient
    stream: Stream
    lease_id: uuid.UUID
    window: Window
    keep_at: float = field(default_factory=_next_time)
    until: float = field(default_factory=lambda: time.monotonic() + LONGEST_ROUND_SECONDS)

    @property
    def connection_id(self) -> int:
        """Whose mailbox it is."""
        return self.stream.connection_id

    @property
    def model(self) -> Model:
        """Where the stream's rows live."""
        return Meeting if self.stream.kind == StreamKind.EVENTS else Contact

    def page(self, link: str) -> Page[Any]:
        """The page at this link; an empty link begins a full round. Raises UnavailableError where it takes too long."""
        self._refuse_late()
        if self.stream.kind == StreamKind.EVENTS:
            return self.client.events_page(link, self.window)
        return self.client.contacts_page(link)

    def keep(self, items_read: int | None = None) -> None:
        """Call it after every request: now and then it extends the lease and notes how far a full round is.

        Raises LeaseLostError where another worker has taken the mailbox over, and UnavailableError where it takes too
        long.
        """
        self._refuse_late()
        if time.monotonic() < self.keep_at:
            return
        leases.extend(self.connection_id, self.lease_id)
        if items_read is not None:
            Stream.objects.filter(pk=self.stream.pk).update(items_read=items_read)
        self.keep_at = _next_time()

    def _refuse_late(self) -> None:
        if time.monotonic() > self.until:
            raise UnavailableError("A round took longer than a worker may take.")
