"""Many changes at once: a mailbox filled with very many items, and changes drawn at random."""

from datetime import UTC, datetime
from random import Random
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sandbox.control.answers import ControlError, Json, answer, body_of, person_in_path, with_errors
from sandbox.control.form_handler import Fields, form_handler
from sandbox.control.parts import button, field, form, person_path
from sandbox.scenario.bulk import LARGEST, fill
from sandbox.scenario.random_changes import KINDS, RandomChanges
from sandbox.tenant.mailbox import AlreadyFilled
from sandbox.tenant.model import Person, Tenant

_MOST_CHANGES = 10_000


def section(person: Person) -> str:
    """Forms for both."""
    path = person_path(person.upn)
    filling = form(
        f"{path}/bulk",
        field("Events", "events", "10000", "number", min="0"),
        field("Contacts", "contacts", "0", "number", min="0"),
        button("Add very many", "fill"),
    )
    changing = form(
        f"{path}/random-changes",
        field("Seed", "seed", "1", "number"),
        field("Changes", "count", "50", "number", min="1"),
        button("Change at random", "change"),
    )
    return f"<section><h2>Very many changes</h2>{filling}{changing}</section>"


@with_errors
async def bulk_api(request: Request) -> Response:
    """{"events": n, "contacts": n}: so many are added, once; how many there are then."""
    world, tenant, person = person_in_path(request)
    _fill(tenant, person, await body_of(request))
    world.changed()
    return answer(_sizes(tenant, person), 201)


@with_errors
async def random_changes_api(request: Request) -> Response:
    """{"seed": n, "count": n, "collections"?: ["events", "contacts"]}: how often what was changed."""
    world, tenant, person = person_in_path(request)
    made = _change(tenant, person, await body_of(request))
    world.changed()
    return answer({"made": made, **_sizes(tenant, person)})


@form_handler
def bulk(request: Request, fields: Fields) -> str:
    """Fills the mailbox."""
    _world, tenant, person = person_in_path(request)
    _fill(tenant, person, {name: int(fields.get(name) or 0) for name in ("events", "contacts")})
    return person_path(person.upn)


@form_handler
def random_changes(request: Request, fields: Fields) -> str:
    """Changes the mailbox."""
    _world, tenant, person = person_in_path(request)
    _change(tenant, person, {name: int(fields.get(name) or 0) for name in ("seed", "count")})
    return person_path(person.upn)


def _fill(tenant: Tenant, person: Person, given: Json) -> None:
    sizes = {name: _number(given.get(name, 0), name, 0, LARGEST) for name in ("events", "contacts")}
    mailbox = tenant.mailboxes[person.oid]
    try:
        fill(mailbox, person, _colleagues(tenant, person), **sizes, today=datetime.now(UTC).date())
    except AlreadyFilled as error:
        raise ControlError(409, "the mailbox was filled already; reset the sandbox to fill it anew") from error


def _change(tenant: Tenant, person: Person, given: Json) -> dict[str, int]:
    count = _number(given.get("count"), "count", 1, _MOST_CHANGES)
    seed = _number(given.get("seed"), "seed", 0, 2**63)
    collections = given.get("collections", list(KINDS))
    if not isinstance(collections, list) or not collections or not set(collections) <= set(KINDS):
        raise ControlError(400, f"collections must be some of {', '.join(KINDS)}")
    draw = Random(seed)  # noqa: S311 - has to be repeatable, protects nothing
    today = datetime.now(UTC).date()
    changes = RandomChanges(tenant.mailboxes[person.oid], person, _colleagues(tenant, person), today, draw)
    return changes.make(count, collections)


def _number(given: Any, name: str, least: int, most: int) -> int:
    if not isinstance(given, int) or isinstance(given, bool) or not least <= given <= most:
        raise ControlError(400, f"{name} must be a number between {least} and {most}")
    return given


def _colleagues(tenant: Tenant, person: Person) -> list[Person]:
    return [other for other in tenant.people.values() if other.oid != person.oid]


def _sizes(tenant: Tenant, person: Person) -> dict[str, int]:
    mailbox = tenant.mailboxes[person.oid]
    return {"events": len(mailbox.events), "contacts": len(mailbox.contacts)}
