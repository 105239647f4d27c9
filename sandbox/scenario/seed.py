"""The state a fresh sandbox starts with."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from random import Random

import orjson

from sandbox.scenario.calendars import CalendarBuilder
from sandbox.scenario.contacts import contact
from sandbox.scenario.people import Workload, organisations
from sandbox.tenant.contact_defaults import complete_contact
from sandbox.tenant.ids import stable_uuid
from sandbox.tenant.mailbox import Contact, Event, Mailbox
from sandbox.tenant.model import Person, Tenant
from sandbox.tenant.sealed import Sealed
from sandbox.world import State


def seed(generation: int) -> State:
    """Both organisations, dates counted from today; everything else is the same on every machine."""
    copies, tenants = _copies(datetime.now(UTC).date()), []
    for tenant, _ in organisations():
        tenant.mailboxes = {oid: copies[oid](generation) for oid in tenant.people}
        tenants.append(tenant)
    return State(generation, tenants)


@lru_cache(maxsize=1)
def _copies(today: date) -> dict[str, Callable[[int], Mailbox]]:
    """What makes everyone's mailbox, by oid: much faster than it could be filled again, so a reset costs little."""
    return {
        oid: _sealed(mailbox_of(tenant, person, loads[oid], today))
        for tenant, loads in organisations()
        for oid, person in tenant.people.items()
    }


def _sealed(mailbox: Mailbox) -> Callable[[int], Mailbox]:
    """Makes copies of a generation, which read their items when somebody looks. Nothing was removed from it yet."""
    change, events, contacts = mailbox.change, len(mailbox.events), len(mailbox.contacts)
    event_json, contact_json = orjson.dumps(dict(mailbox.events)), orjson.dumps(dict(mailbox.contacts))

    def copy(generation: int) -> Mailbox:
        return Mailbox(
            generation,
            change,
            events=Sealed(event_json, events, Event.load),
            contacts=Sealed(contact_json, contacts, Contact.load),
        )

    return copy


def mailbox_of(tenant: Tenant, owner: Person, load: Workload, today: date) -> Mailbox:
    """A mailbox of that size; the same person on the same day gets the same."""
    draw = Random(owner.upn)  # noqa: S311 - has to be repeatable, protects nothing
    mailbox = Mailbox(generation=0)
    colleagues = [person for person in tenant.people.values() if person.oid != owner.oid]
    CalendarBuilder(owner, colleagues, mailbox, today, draw).fill(load.rows)
    for number in range(load.contacts):
        properties = complete_contact(contact(draw, number), owner)
        mailbox.add_contact(properties, stable_uuid("contact", owner.oid, str(number)))
    return mailbox
