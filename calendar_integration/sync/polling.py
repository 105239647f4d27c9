"""Looking whether a stream has anything new: one request, and no statement. Almost always there is nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from calendar_integration.clients.base import CalendarClient, ContactRow, Instances, MeetingRow, Page, Window
from calendar_integration.errors import SyncStateLostError
from calendar_integration.models import Stream, StreamKind
from calendar_integration.sync.rounds import is_full_due, window_of


@dataclass(frozen=True)
class NothingNew:
    """The stream ends where we are; from now on it is read from this link."""

    delta_link: str


@dataclass(frozen=True)
class SomethingNew:
    """A round is to be read with this client, which remembers the page that was seen."""

    client: CalendarClient


def look(client: CalendarClient, stream: Stream, now: datetime) -> NothingNew | SomethingNew:
    """Whether there is anything new. Raises the errors of calendar_integration.errors."""
    if is_full_due(stream, now):
        return SomethingNew(client)
    try:
        page = _page(client, stream, now)
    except SyncStateLostError as error:
        return SomethingNew(Remembering(client, stream.delta_link, error))
    if page.delta_link and not (page.rows or page.occurrences or page.removed or page.unreadable):
        return NothingNew(page.delta_link)
    return SomethingNew(Remembering(client, stream.delta_link, page))


def _page(client: CalendarClient, stream: Stream, now: datetime) -> Page[Any]:
    if stream.kind == StreamKind.CONTACTS:
        return client.contacts_page(stream.delta_link)
    return client.events_page(stream.delta_link, window_of(stream, now, is_full=False))


class Remembering:
    """A client that answers the page at one link from memory, once, so that nothing is asked for twice.

    Of any other link, such as the empty one of a full round, it remembers nothing.
    """

    def __init__(self, client: CalendarClient, link: str, first: Page[Any] | SyncStateLostError) -> None:
        self._client = client
        self._link = link
        self._first: Page[Any] | SyncStateLostError | None = first

    def events_page(self, link: str, window: Window) -> Page[MeetingRow]:
        """The page that was seen already; then as the client."""
        return self._remembered(link) or self._client.events_page(link, window)

    def contacts_page(self, link: str) -> Page[ContactRow]:
        """The page that was seen already; then as the client."""
        return self._remembered(link) or self._client.contacts_page(link)

    def event(self, remote_id: str) -> MeetingRow | None:
        """As the client."""
        return self._client.event(remote_id)

    def instances(self, master_id: str, window: Window) -> Instances | None:
        """As the client."""
        return self._client.instances(master_id, window)

    def close(self) -> None:
        """As the client."""
        self._client.close()

    def _remembered(self, link: str) -> Page[Any] | None:
        first, self._first = self._first, None
        if link != self._link:
            return None
        if isinstance(first, SyncStateLostError):
            raise first
        return first
