"""People who join an organisation after the first day, with small mailboxes."""

from datetime import UTC, datetime

from sandbox.scenario.people import Workload
from sandbox.scenario.seed import mailbox_of
from sandbox.tenant.ids import stable_uuid
from sandbox.tenant.model import Person, Tenant

_LOAD = Workload(rows=12, contacts=6)
_ZONE = "W. Europe Standard Time"


def hire(tenant: Tenant, count: int, generation: int) -> list[Person]:
    """So many more people: New16, New17 and so on, numbered by how many the organisation has with them."""
    already = len(tenant.people)
    return [_join(tenant, already + number, generation) for number in range(1, count + 1)]


def _join(tenant: Tenant, number: int, generation: int) -> Person:
    given = f"New{number}"
    upn = f"{given.lower()}@{tenant.domain}"
    person = Person(str(stable_uuid("person", upn)), upn, given, "Hire", "Trainee", "Sales", ["Sales"], _ZONE)
    tenant.people[person.oid] = person
    tenant.mailboxes[person.oid] = mailbox_of(tenant, person, _LOAD, datetime.now(UTC).date())
    tenant.mailboxes[person.oid].generation = generation
    return person
