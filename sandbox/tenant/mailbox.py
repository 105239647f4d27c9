"""One mailbox: its events and contacts, and the number of the change that last touched each.

Change numbers only grow. Whoever remembers one can be told everything that happened after it.
"""

from collections.abc import MutableMapping
from dataclasses import dataclass, field, replace
from typing import Any, Self
from uuid import UUID, uuid4

from sandbox.tenant import bulk
from sandbox.tenant.clock import timestamp
from sandbox.tenant.ids import key_from, split_key
from sandbox.tenant.journal import Change, Collection, Kind

Json = dict[str, Any]

# Changing one of these moves the whole series, and Outlook then forgets its exceptions.
_SHAPE = ("recurrence", "start", "end", "isAllDay")


class NoSuchItem(KeyError):  # noqa: N818 - named for what it is
    """The mailbox holds no item under that key."""


class AlreadyFilled(ValueError):  # noqa: N818 - named for what it is
    """The mailbox was filled in bulk before."""


@dataclass
class ExceptionRow:
    """What one occurrence has of its own: the differing Graph properties, and their last change."""

    properties: Json
    change: int
    modified: str


@dataclass
class Event:
    """A single event or a series master, with its properties as Graph writes them.

    `start` and `end` are wall-clock times in the event's own zone; `exceptions` and `cancelled` are keyed by
    the local ISO date of the occurrence they replace or take away. `created` is the number of the first change.
    """

    key: str
    properties: Json
    change: int
    modified: str
    exceptions: dict[str, ExceptionRow] = field(default_factory=dict)
    cancelled: list[str] = field(default_factory=list)
    created: int = 0

    @property
    def is_series(self) -> bool:
        """Whether this is the master of a series."""
        return self.properties.get("recurrence") is not None

    @classmethod
    def made(cls, key: str, properties: Json, change: int, modified: str) -> Self:
        """One of those that came in bulk."""
        return cls(key, properties, change, modified, created=change)

    @classmethod
    def load(cls, saved: Json) -> Self:
        """From the snapshot's JSON."""
        rows = {day: ExceptionRow(**row) for day, row in saved.pop("exceptions").items()}
        return cls(**saved, exceptions=rows)


@dataclass
class Contact:
    """A contact of the default folder, with its properties as Graph writes them."""

    key: str
    properties: Json
    change: int
    modified: str
    created: int = 0

    @classmethod
    def made(cls, key: str, properties: Json, change: int, modified: str) -> Self:
        """One of those that came in bulk."""
        return cls(key, properties, change, modified, created=change)

    @classmethod
    def load(cls, saved: Json) -> Self:
        """From the snapshot's JSON."""
        return cls(**saved)


@dataclass
class Mailbox:
    """`generation` tells the mailboxes before and after a reset apart, which is what ends a delta token.

    The journal holds what changed since it was last taken; it is not part of the snapshot.
    """

    generation: int
    change: int = 0
    events: MutableMapping[str, Event] = field(default_factory=dict)
    removed_events: dict[str, Event] = field(default_factory=dict)
    contacts: MutableMapping[str, Contact] = field(default_factory=dict)
    removed_contacts: dict[str, Contact] = field(default_factory=dict)
    _journal: list[Change] = field(default_factory=list, repr=False)

    @classmethod
    def load(cls, saved: Json) -> Self:
        """From the snapshot's JSON."""
        return cls(
            generation=saved["generation"],
            change=saved["change"],
            events=bulk.load(saved["events"], Event.load, Event.made),
            removed_events={key: Event.load(row) for key, row in saved["removed_events"].items()},
            contacts=bulk.load(saved["contacts"], Contact.load, Contact.made),
            removed_contacts={key: Contact.load(row) for key, row in saved["removed_contacts"].items()},
        )

    def _stamp(self, collection: Collection, kind: Kind, key: str) -> tuple[int, str]:
        self.change += 1
        self._journal.append(Change(collection, kind, key, self.change))
        return self.change, timestamp()

    def take_journal(self) -> list[Change]:
        """What changed since this was last asked, oldest first."""
        taken, self._journal = self._journal, []
        return taken

    def event(self, key: str) -> Event:
        """The single event or master behind a key, also behind an occurrence's key. Raises NoSuchItem."""
        try:
            return self.events[split_key(key)[0]]
        except KeyError as error:
            raise NoSuchItem(key) from error

    def add_event(self, properties: Json, uid: UUID | None = None) -> Event:
        """Keeps a complete set of properties as a new event."""
        key = key_from(uid or uuid4())
        event = Event(key, properties, *self._stamp("events", "created", key), created=self.change)
        self.events[event.key] = event
        return event

    def change_event(self, key: str, patch: Json) -> None:
        """Changes a single event, a whole series, or one occurrence, which thereby becomes an exception."""
        event, day = self.event(key), split_key(key)[1]
        change, modified = self._stamp("events", "updated", key)
        if day is not None:
            before = event.exceptions[day].properties if day in event.exceptions else {}
            event.exceptions[day] = ExceptionRow({**before, **patch}, change, modified)
            return
        if event.is_series and any(name in patch for name in _SHAPE):
            event.exceptions, event.cancelled = {}, []
        event.properties = {**event.properties, **patch}
        event.change, event.modified = change, modified
        self.events[event.key] = event

    def delete_event(self, key: str) -> None:
        """Deletes an event or a series, or takes one occurrence out of its series."""
        event, day = self.event(key), split_key(key)[1]
        event.change, event.modified = self._stamp("events", "updated" if day else "deleted", event.key)
        if day is None:
            del self.events[event.key]
            self.removed_events[event.key] = event
            return
        event.exceptions.pop(day, None)
        event.cancelled = sorted({*event.cancelled, day})

    def contact(self, key: str) -> Contact:
        """The contact behind a key. Raises NoSuchItem."""
        try:
            return self.contacts[key]
        except KeyError as error:
            raise NoSuchItem(key) from error

    def add_contact(self, properties: Json, uid: UUID | None = None) -> Contact:
        """Keeps a complete set of properties as a new contact."""
        key = key_from(uid or uuid4())
        contact = Contact(key, properties, *self._stamp("contacts", "created", key), created=self.change)
        self.contacts[contact.key] = contact
        return contact

    def change_contact(self, key: str, patch: Json) -> None:
        """Changes a contact's properties."""
        contact = self.contact(key)
        contact.properties = {**contact.properties, **patch}
        contact.change, contact.modified = self._stamp("contacts", "updated", key)
        self.contacts[key] = contact

    def delete_contact(self, key: str) -> None:
        """Deletes a contact."""
        contact = self.contact(key)
        contact.change, contact.modified = self._stamp("contacts", "deleted", key)
        del self.contacts[key]
        self.removed_contacts[key] = contact

    def add_in_bulk(self, recipe: bulk.Recipe) -> None:
        """Adds very many items at once, with one change. Raises AlreadyFilled."""
        if isinstance(self.events if recipe.collection == "events" else self.contacts, bulk.Bulk):
            raise AlreadyFilled(recipe.collection)
        change, modified = self._stamp(recipe.collection, "created", recipe.key(0))
        recipe = replace(recipe, change=change, modified=modified)
        if recipe.collection == "events":
            self.events = bulk.Bulk(recipe, self.events, Event.made)
        else:
            self.contacts = bulk.Bulk(recipe, self.contacts, Contact.made)
