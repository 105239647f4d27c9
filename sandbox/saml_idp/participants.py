"""Which applications a person is signed in at, so that single logout can tell them."""

from dataclasses import dataclass
from uuid import uuid4

from sandbox.saml_idp.authn_request import AuthnRequest
from sandbox.saml_idp.response import name_id_of
from sandbox.tenant.model import Person, Tenant
from sandbox.world import World

_KEPT = 50


@dataclass(frozen=True)
class Participant:
    """A session at an application. The portal's logout address stands beside its ACS."""

    acs_url: str
    name_id: str
    name_id_format: str
    session_index: str

    @property
    def slo_url(self) -> str:
        """Where it takes messages of single logout."""
        return f"{self.acs_url.removesuffix('acs/')}logout/"


def take_part(world: World, tenant: Tenant, person: Person, asked: AuthnRequest) -> Participant:
    """The application gets an answer about this person, and so takes part in their logout."""
    name_id, name_format = name_id_of(tenant, person, asked.name_id_format)
    participant = Participant(asked.acs_url, name_id, name_format, f"_{uuid4().hex}")
    world.participants[person.oid] = [*world.participants.get(person.oid, []), participant][-_KEPT:]
    return participant


def leave(world: World, person: Person, session_indexes: set[str]) -> None:
    """The application that asked for the logout is signed out already; no index means all of its sessions."""
    seats: list[Participant] = world.participants.get(person.oid, [])
    kept = [seat for seat in seats if session_indexes and seat.session_index not in session_indexes]
    world.participants[person.oid] = kept


def others(world: World, person: Person) -> list[Participant]:
    """One session of each application where the person is signed in."""
    seats: list[Participant] = world.participants.get(person.oid, [])
    return list({seat.slo_url: seat for seat in seats}.values())
