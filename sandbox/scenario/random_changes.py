"""Changes to a mailbox as they come: which is drawn from a seed, so that the same seed does the same again."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from random import Random
from uuid import UUID

from sandbox.scenario import meetings as m
from sandbox.scenario import vocabulary as words
from sandbox.scenario.contacts import contact
from sandbox.tenant.bulk import kept
from sandbox.tenant.calendar import Window, instances
from sandbox.tenant.contact_defaults import complete_contact
from sandbox.tenant.event_defaults import complete_event, patched_event
from sandbox.tenant.mailbox import Event, Json, Mailbox
from sandbox.tenant.model import Person

# Further than a sync looks, so that events come into its window and leave it.
_BACK, _AHEAD = 60, 420
_OCCURRENCES = 60
_TRIES = 10
_PATTERNS = [m.daily(), m.weekly(["tuesday"]), m.weekly(["monday", "thursday"], 2), m.monthly(15)]


@dataclass
class RandomChanges:
    """Changes one mailbox; what finds nothing to change mostly adds something."""

    mailbox: Mailbox
    owner: Person
    colleagues: list[Person]
    today: date
    draw: Random

    def make(self, count: int, collections: list[str]) -> Counter[str]:
        """So many changes to "events", "contacts" or both; how often each kind was made."""
        kinds = [name for collection in collections for name in KINDS[collection]]
        made: Counter[str] = Counter()
        for name in self.draw.choices(kinds, k=count):
            _CHANGES[name](self)
            made[name] += 1
        return made

    def add_event(self) -> None:
        """A new single event."""
        self._add({})

    def add_series(self) -> None:
        """A new series."""
        bounds = {"type": "numbered", "numberOfOccurrences": self.draw.randint(1, 40)}
        self._add({"recurrence": {**self.draw.choice(_PATTERNS), "range": bounds}})

    def move_event(self) -> None:
        """Another time for a single event."""
        self._change(self._event(series=False), self._times())

    def retitle_event(self) -> None:
        """Another subject for a single event."""
        self._change(self._event(series=False), self._subject())

    def delete_event(self) -> None:
        """The end of a single event."""
        self._delete(self._event(series=False))

    def move_series(self) -> None:
        """Another start for a series, which keeps its pattern."""
        event = self._event(series=True)
        times = self._times()
        if event:
            bounds = {**event.properties["recurrence"]["range"], "startDate": times["start"]["dateTime"][:10]}
            moved = {**times, "recurrence": {**event.properties["recurrence"], "range": bounds}}
            ends = bounds["type"] == "endDate" and bounds["endDate"] < bounds["startDate"]
            self._change(event, times if ends else moved)
        else:
            self.add_series()

    def retitle_series(self) -> None:
        """Another subject for a series."""
        self._change(self._event(series=True), self._subject())

    def delete_series(self) -> None:
        """The end of a series."""
        self._delete(self._event(series=True))

    def change_occurrence(self) -> None:
        """One occurrence gets another time or subject."""
        patch = self._times() if self.draw.random() < 0.5 else self._subject()
        if key := self._occurrence():
            self.mailbox.change_event(key, patched_event(patch))
        else:
            self.add_series()

    def cancel_occurrence(self) -> None:
        """One occurrence is taken out of its series."""
        if key := self._occurrence():
            self.mailbox.delete_event(key)
        else:
            self.add_series()

    def add_contact(self) -> None:
        """A new contact."""
        properties = complete_contact(contact(self.draw, self.draw.randrange(1000)), self.owner)
        self.mailbox.add_contact(properties, self._uid())

    def rename_contact(self) -> None:
        """Another name for a contact."""
        key = self._key(self.mailbox.contacts)
        name = f"{self.draw.choice(words.GIVEN_NAMES)} {self.draw.choice(words.SURNAMES)}"
        if key:
            self.mailbox.change_contact(key, {"displayName": name})
        else:
            self.add_contact()

    def delete_contact(self) -> None:
        """The end of a contact."""
        if key := self._key(self.mailbox.contacts):
            self.mailbox.delete_contact(key)

    def _add(self, extra: Json) -> None:
        surroundings = m.meeting(self.draw, self.owner, self.colleagues, str(self._uid()))
        given = {**surroundings, **self._subject(), **self._times(), **extra}
        self.mailbox.add_event(complete_event(given, self.owner), self._uid())

    def _change(self, event: Event | None, patch: Json) -> None:
        if event:
            self.mailbox.change_event(event.key, patched_event(patch))
        else:
            self._add(patch)

    def _delete(self, event: Event | None) -> None:
        if event:
            self.mailbox.delete_event(event.key)

    def _times(self) -> Json:
        day = self.today + timedelta(days=self.draw.randint(-_BACK, _AHEAD))
        hour, minute = self.draw.randint(0, 23), self.draw.choice([0, 15, 30, 45])
        times = m.times(day, hour, minute, self.draw.choice([0, 30, 60, 26 * 60]), self.owner.time_zone)
        return {**times, "isAllDay": False}  # what was all day has hours from now on

    def _subject(self) -> Json:
        return {"subject": f"{self.draw.choice(words.SINGLE_SUBJECTS)} ({self.draw.randrange(10**6)})"}

    def _uid(self) -> UUID:
        return UUID(int=self.draw.getrandbits(128))

    def _key(self, items: Mapping[str, object]) -> str | None:
        return next(islice(items, self.draw.randrange(len(items)), None)) if items else None

    def _event(self, *, series: bool) -> Event | None:
        """A series, or a single event; None if none was found."""
        if series:
            masters = [event for event in kept(self.mailbox.events) if event.is_series]
            return self.draw.choice(masters) if masters else None
        for _ in range(_TRIES):
            key = self._key(self.mailbox.events)
            if key and not self.mailbox.events[key].is_series:
                return self.mailbox.events[key]
        return None

    def _occurrence(self) -> str | None:
        """One of the next occurrences of a series."""
        event = self._event(series=True)
        if event is None:
            return None
        now = datetime.combine(self.today, datetime.min.time(), UTC)
        window = Window(now - timedelta(days=_BACK), now + timedelta(days=_AHEAD))
        keys = [row.key for row in islice(instances(event, window), _OCCURRENCES)]
        return self.draw.choice(keys) if keys else None


_CHANGES: dict[str, Callable[[RandomChanges], None]] = {
    name: getattr(RandomChanges, name)
    for name in (
        "add_event", "add_series", "move_event", "retitle_event", "delete_event", "move_series", "retitle_series",
        "delete_series", "change_occurrence", "cancel_occurrence", "add_contact", "rename_contact", "delete_contact",
    )
}  # fmt: skip
KINDS = {
    "events": [name for name in _CHANGES if not name.endswith("contact")],
    "contacts": [name for name in _CHANGES if name.endswith("contact")],
}
