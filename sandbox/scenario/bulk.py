"""A mailbox filled with very many events and contacts, the events spread over the window a sync looks at."""

from datetime import date, timedelta
from random import Random

from sandbox.scenario import meetings as m
from sandbox.scenario import vocabulary as words
from sandbox.scenario.contacts import contact
from sandbox.tenant.bulk import TAG_LENGTH, Recipe
from sandbox.tenant.contact_defaults import complete_contact
from sandbox.tenant.event_defaults import complete_event
from sandbox.tenant.ids import stable_uuid
from sandbox.tenant.mailbox import Json, Mailbox
from sandbox.tenant.model import Person

LARGEST = 500_000
_TEMPLATES = 32
_BACK, _SPAN = timedelta(days=28), timedelta(days=360)


def fill(mailbox: Mailbox, owner: Person, colleagues: list[Person], *, events: int, contacts: int, today: date) -> None:
    """Adds so many of each; the same person on the same day gets the same. Raises AlreadyFilled."""
    draw = Random(owner.upn)  # noqa: S311 - has to be repeatable, protects nothing
    if events:
        templates = [_event(draw, owner, colleagues, number) for number in range(_TEMPLATES)]
        step = max(1, _SPAN // timedelta(minutes=1) // events)
        first = f"{today - _BACK}T00:00:00"
        mailbox.add_in_bulk(Recipe("events", events, _tag(owner, "event"), templates, first, step))
    if contacts:
        templates = [complete_contact(contact(draw, number), owner) for number in range(_TEMPLATES)]
        mailbox.add_in_bulk(Recipe("contacts", contacts, _tag(owner, "contact"), templates))


def _event(draw: Random, owner: Person, colleagues: list[Person], number: int) -> Json:
    surroundings = m.meeting(draw, owner, colleagues, f"{owner.oid}/bulk-{number}")
    at = m.times(date(2000, 1, 1), 0, 0, 30, owner.time_zone)
    return complete_event({"subject": draw.choice(words.SINGLE_SUBJECTS), **surroundings, **at}, owner)


def _tag(owner: Person, kind: str) -> str:
    return stable_uuid("bulk", kind, owner.oid).hex[:TAG_LENGTH]
