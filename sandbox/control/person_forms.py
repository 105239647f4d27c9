"""What the forms of a person's page do; each ends where it came from."""

from datetime import datetime, timedelta

from starlette.requests import Request

from sandbox.control.answers import person_in_path
from sandbox.control.api_items import complete, instance_of, key_in_path
from sandbox.control.form_handler import Fields, form_handler
from sandbox.control.parts import person_path
from sandbox.tenant.calendar import Instance
from sandbox.tenant.contact_defaults import complete_contact
from sandbox.tenant.event_defaults import patched_event
from sandbox.tenant.mailbox import Json
from sandbox.tenant.model import Person


@form_handler
def revoke(request: Request, _fields: Fields) -> str:
    """Kills a person's refresh tokens."""
    world, _tenant, person = person_in_path(request)
    world.revoke(person.oid)
    return person_path(person.upn)


def _times(text: str, length: timedelta, zone: str) -> Json:
    start = datetime.fromisoformat(text)
    return {
        "start": {"dateTime": start.isoformat(), "timeZone": zone},
        "end": {"dateTime": (start + length).isoformat(), "timeZone": zone},
    }


@form_handler
def events(request: Request, fields: Fields) -> str:
    """Adds an event at a local time of the person."""
    _world, tenant, person = person_in_path(request)
    length = timedelta(minutes=int(fields.get("minutes") or 30))
    given = {
        "subject": fields.get("subject", ""),
        **_times(fields.get("start", ""), length, person.time_zone),
    }
    tenant.mailboxes[person.oid].add_event(complete(given, person))
    return person_path(person.upn)


@form_handler
def event(request: Request, fields: Fields) -> str:
    """Moves or deletes an event, or one occurrence of a series."""
    _world, tenant, person = person_in_path(request)
    mailbox, key = tenant.mailboxes[person.oid], key_in_path(request)
    row = instance_of(mailbox, key)
    if fields.get("action") == "delete":
        mailbox.delete_event(key)
    else:
        mailbox.change_event(key, patched_event(_moved(row, fields.get("start", ""), person)))
    return person_path(person.upn)


def _moved(row: Instance, text: str, person: Person) -> Json:
    if row.properties["isAllDay"]:
        text = text[:10]
    return _times(text, row.end - row.start, person.time_zone)


@form_handler
def contacts(request: Request, fields: Fields) -> str:
    """Adds a contact."""
    _world, tenant, person = person_in_path(request)
    given: Json = {"givenName": fields.get("given_name"), "surname": fields.get("surname") or None}
    given["companyName"] = fields.get("company") or None
    if address := fields.get("email"):
        given["emailAddresses"] = [{"name": address, "address": address}]
    tenant.mailboxes[person.oid].add_contact(complete_contact(given, person))
    return person_path(person.upn)


@form_handler
def contact(request: Request, fields: Fields) -> str:
    """Renames or deletes a contact."""
    _world, tenant, person = person_in_path(request)
    mailbox, key = tenant.mailboxes[person.oid], key_in_path(request)
    if fields.get("action") == "delete":
        mailbox.delete_contact(key)
    else:
        mailbox.change_contact(key, {"displayName": fields.get("name", "")})
    return person_path(person.upn)
