"""The control API for events and contacts, in Graph's JSON with immutable ids and times in UTC."""

from datetime import UTC, date, datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from sandbox.control.answers import ControlError, Json, answer, body_of, nothing, person_in_path, with_errors
from sandbox.graph.render import IMMUTABLE, contact_row, event_row
from sandbox.tenant.calendar import (
    Instance,
    Window,
    base_instance,
    calendar_view,
    instances,
    occurrence,
    takes_place,
)
from sandbox.tenant.contact_defaults import complete_contact
from sandbox.tenant.event_defaults import complete_event, patched_event
from sandbox.tenant.ids import key_of, split_key
from sandbox.tenant.mailbox import Event, Mailbox, NoSuchItem
from sandbox.tenant.model import Person

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_USUAL_WINDOW = (timedelta(days=-30), timedelta(days=365))


@with_errors
async def events(request: Request) -> Response:
    """The calendar as a plain listing (?start=&end=, default 30 days back and 365 ahead), or a new event."""
    world, tenant, person = person_in_path(request)
    mailbox = tenant.mailboxes[person.oid]
    if request.method == "GET":
        rows = calendar_view(mailbox, _window(request))
        return answer({"value": [event_row(row, IMMUTABLE) for row in rows]})
    event = mailbox.add_event(complete(await body_of(request), person))
    world.changed()
    return answer(event_row(base_instance(event), IMMUTABLE), 201)


def complete(given: Json, owner: Person) -> Json:
    """The event with its defaults, tried out before it is kept. Raises ControlError."""
    try:
        properties = complete_event(given, owner)
        list(instances(Event("", properties, 0, ""), Window(_EPOCH, _EPOCH + timedelta(days=1))))
        base_instance(Event("", properties, 0, ""))
    except (KeyError, TypeError, ValueError) as error:
        raise ControlError(400, f"not an event: {error!r}") from error
    return properties


@with_errors
async def event(request: Request) -> Response:
    """One event: shown, changed or deleted. An occurrence that is changed becomes an exception."""
    world, tenant, person = person_in_path(request)
    mailbox, key = tenant.mailboxes[person.oid], key_in_path(request)
    row = instance_of(mailbox, key)
    if request.method == "DELETE":
        mailbox.delete_event(key)
        world.changed()
        return nothing()
    if request.method == "PATCH":
        mailbox.change_event(key, _patch(await body_of(request), row, person))
        world.changed()
    return answer(event_row(instance_of(mailbox, key), IMMUTABLE))


def _patch(given: Json, row: Instance, owner: Person) -> Json:
    """The change as it is kept: complete in itself, and as long as before if only the start is new."""
    try:
        patch = patched_event(given)
        if "start" in patch and "end" not in patch:
            start, end = (datetime.fromisoformat(row.properties[name]["dateTime"]) for name in ("start", "end"))
            moved = datetime.fromisoformat(patch["start"]["dateTime"]) + (end - start)
            patch["end"] = {**patch["start"], "dateTime": moved.isoformat()}
    except (KeyError, TypeError, ValueError) as error:
        raise ControlError(400, f"not an event: {error!r}") from error
    completed = complete({**row.properties, **patch}, owner)
    return {name: completed[name] for name in patch}


@with_errors
async def contacts(request: Request) -> Response:
    """All contacts, or a new one."""
    world, tenant, person = person_in_path(request)
    mailbox = tenant.mailboxes[person.oid]
    if request.method == "GET":
        return answer({"value": [contact_row(row, IMMUTABLE) for row in mailbox.contacts.values()]})
    added = mailbox.add_contact(complete_contact(await body_of(request), person))
    world.changed()
    return answer(contact_row(added, IMMUTABLE), 201)


@with_errors
async def contact(request: Request) -> Response:
    """One contact: shown, changed or deleted."""
    world, tenant, person = person_in_path(request)
    mailbox, key = tenant.mailboxes[person.oid], key_in_path(request)
    try:
        row = mailbox.contact(key)
        if request.method == "DELETE":
            mailbox.delete_contact(key)
            world.changed()
            return nothing()
        if request.method == "PATCH":
            mailbox.change_contact(key, await body_of(request))
            world.changed()
    except NoSuchItem as error:
        raise ControlError(404, "no such contact") from error
    return answer(contact_row(row, IMMUTABLE))


def key_in_path(request: Request) -> str:
    """The key behind the id in the path. Raises ControlError."""
    key = key_of(request.path_params["id"])
    if key is None:
        raise ControlError(404, "not an id")
    return key


def instance_of(mailbox: Mailbox, key: str) -> Instance:
    """The row behind a key. Raises ControlError."""
    try:
        event, day = mailbox.event(key), split_key(key)[1]
    except NoSuchItem as error:
        raise ControlError(404, "no such event") from error
    if day is None:
        return base_instance(event)
    if not takes_place(event, day):
        raise ControlError(404, "no such occurrence")
    return occurrence(event, date.fromisoformat(day))


def _window(request: Request) -> Window:
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    usual = dict(zip(("start", "end"), (today + offset for offset in _USUAL_WINDOW), strict=True))
    return Window(*(_moment(request.query_params.get(name), usual[name]) for name in ("start", "end")))


def _moment(text: str | None, usual: datetime) -> datetime:
    if not text:
        return usual
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError as error:
        raise ControlError(400, f"'{text}' is not a date and time") from error
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
