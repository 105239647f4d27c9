"""What a delta round consists of: the rows of a window, or what changed in it since a change number.

A series is told again as a whole (master and remaining occurrences) whenever its master changes; an
occurrence taken out of it is simply no longer among them. Items that changed outside the window are reported
as removed.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from sandbox.tenant.calendar import Instance, Window, base_instance, instances, occurrence
from sandbox.tenant.ids import occurrence_key
from sandbox.tenant.mailbox import Contact, Event, Mailbox


@dataclass(frozen=True)
class Entry:
    """One row of a round; without an item it says that the item is not part of the window."""

    key: str
    item: Instance | Contact | None = None
    late: bool = False

    @property
    def place(self) -> str:
        """Where it stands in the round: any order, but always the same, so that no page skips or repeats."""
        digest = hashlib.sha256(self.key.encode()).hexdigest()[:20]
        return f"late-{digest}" if self.late else digest

    @property
    def is_master(self) -> bool:
        """Whether it tells of the master of a series."""
        return isinstance(self.item, Instance) and self.item.type == "seriesMaster"


def in_order(entries: Iterable[Entry], masters: str = "") -> list[Entry]:
    """As a round tells them; `masters` may be "last" or "absent"."""
    if masters:
        kept = (entry for entry in entries if masters == "last" or not entry.is_master)
        entries = [replace(entry, late=entry.is_master) for entry in kept]
    return sorted(entries, key=lambda entry: entry.place)


def elsewhere(mailbox: Mailbox, window: Window) -> Iterator[Entry]:
    """What is in the calendar but not in the window, as removed."""
    return (Entry(key) for key, event in mailbox.events.items() if next(instances(event, window), None) is None)


def event_entries(mailbox: Mailbox, window: Window, since: int | None, *, bare: bool) -> Iterator[Entry]:
    """Rows of the calendar; `bare` reports a deleted series without its occurrences."""
    for event in mailbox.events.values():
        if since is None or event.change > since:
            yield from _whole(event, window, since)
        else:
            yield from _changed_exceptions(event, window, since)
    if since is None:
        return
    for event in mailbox.removed_events.values():
        if event.change > since:
            yield Entry(event.key)
            if event.is_series and not bare:
                yield from (Entry(row.key) for row in instances(event, window))


def _whole(event: Event, window: Window, since: int | None) -> Iterator[Entry]:
    rows = list(instances(event, window))
    if not rows and since is not None:
        yield Entry(event.key)
    if rows and event.is_series:
        yield Entry(event.key, base_instance(event))
    yield from (Entry(row.key, row) for row in rows)
    if since is not None:
        shown = {row.key for row in rows}
        keys = (occurrence_key(event.key, date.fromisoformat(day)) for day in event.exceptions)
        yield from (Entry(key) for key in keys if key not in shown)


def _changed_exceptions(event: Event, window: Window, since: int) -> Iterator[Entry]:
    for day, own in event.exceptions.items():
        if own.change > since:
            row = occurrence(event, date.fromisoformat(day))
            yield Entry(row.key, row if window.holds(row.start, row.end) else None)


def contact_entries(mailbox: Mailbox, since: int | None) -> Iterator[Entry]:
    """Rows of the default contact folder."""
    for contact in mailbox.contacts.values():
        if since is None or contact.change > since:
            yield Entry(contact.key, contact)
    if since is not None:
        for contact in mailbox.removed_contacts.values():
            if contact.change > since:
                yield Entry(contact.key)
