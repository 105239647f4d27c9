"""What a delta round consists of: the rows of a window, or what changed in it since a change number.

A series is told again as a whole (master and remaining occurrences) whenever its master changes; an
occurrence taken out of it is simply no longer among them. Items that changed outside the window are reported
as removed.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from sandbox.tenant.bulk import Bulk, kept
from sandbox.tenant.calendar import Instance, Window, base_instance, instances, occurrence
from sandbox.tenant.ids import occurrence_key
from sandbox.tenant.mailbox import Contact, Event, Mailbox

# The many that are made from numbers come after all others, in the order of their numbers.
_LAST = "number-"


@dataclass(frozen=True)
class Entry:
    """One row of a round; without an item it says that the item is not part of the window."""

    key: str
    item: Instance | Contact | None = None
    late: bool = False
    number: int | None = None

    @property
    def place(self) -> str:
        """Where it stands in the round: any order, but always the same, so that no page skips or repeats."""
        if self.number is not None:
            return f"{_LAST}{self.number:09d}"
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
    return (Entry(event.key) for event in kept(mailbox.events) if next(instances(event, window), None) is None)


def entries_after(
    place: str, few: Callable[[], list[Entry]], many: Callable[[int], Iterator[Entry]]
) -> Iterator[Entry]:
    """What a round tells after a place; neither kind is asked for before it is needed."""
    if place.startswith(_LAST):
        yield from many(int(place.removeprefix(_LAST)) + 1)
        return
    yield from (entry for entry in few() if entry.place > place)
    yield from many(0)


def many_events(mailbox: Mailbox, window: Window, since: int | None, first: int) -> Iterator[Entry]:
    """Rows of the events that are made from numbers, from a number on."""
    events = mailbox.events
    if isinstance(events, Bulk) and (since is None or events.recipe.change > since):
        near = events.recipe.near(*window)
        for number in events.numbers(range(max(first, near.start), near.stop)):
            event = events.made(number)
            yield from (Entry(event.key, row, number=number) for row in instances(event, window))


def many_contacts(mailbox: Mailbox, since: int | None, first: int) -> Iterator[Entry]:
    """The same of contacts."""
    contacts = mailbox.contacts
    if isinstance(contacts, Bulk) and (since is None or contacts.recipe.change > since):
        for number in contacts.numbers(range(first, contacts.recipe.count)):
            yield Entry(contacts.recipe.key(number), contacts.made(number), number=number)


def event_entries(mailbox: Mailbox, window: Window, since: int | None, *, bare: bool) -> Iterator[Entry]:
    """Rows of the calendar; `bare` reports a deleted series without its occurrences."""
    for event in kept(mailbox.events):
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
    for contact in kept(mailbox.contacts):
        if since is None or contact.change > since:
            yield Entry(contact.key, contact)
    if since is not None:
        for contact in mailbox.removed_contacts.values():
            if contact.change > since:
                yield Entry(contact.key)
