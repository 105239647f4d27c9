"""The page of a person: the next events and the contacts, with forms to change them."""

from datetime import UTC, datetime, timedelta
from html import escape
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response

from sandbox.control import quantity, subscriptions
from sandbox.control.answers import ControlError, person_in_path
from sandbox.control.exchange import mailbox_form
from sandbox.control.faults_page import PATH as FAULTS_PATH
from sandbox.control.parts import badge, button, field, form, person_path, table
from sandbox.pages import link_button, page
from sandbox.tenant.bulk import kept
from sandbox.tenant.calendar import Instance, Window, calendar_view
from sandbox.tenant.ids import public_id
from sandbox.tenant.mailbox import Contact, Mailbox
from sandbox.tenant.model import Person
from sandbox.tenant.timezones import zone_of

_SHOWN_EVENTS = 40
_SHOWN_CONTACTS = 60
_AHEAD = timedelta(days=90)


async def person_page(request: Request) -> Response:
    """GET /control/people/{upn}"""
    try:
        world, tenant, person = person_in_path(request)
    except ControlError:
        return page("Unknown person", "<h1>Unknown person</h1>", status=404)
    mailbox = tenant.mailboxes[person.oid]
    revoke = form(f"{person_path(person.upn)}/revoke", button("Revoke refresh tokens", "revoke"))
    faults = link_button(f"{FAULTS_PATH}?{urlencode({'whom': person.upn})}", "Faults for this person")
    body = (
        f"<p>{link_button('/', 'All organisations')}</p><h1>{escape(person.name)}</h1>"
        f'<p class="quiet">{escape(person.upn)} · {escape(person.job_title)} · {escape(person.time_zone)}'
        f" · object id {person.oid} · {faults}</p>{revoke}{mailbox_form(person, world.config)}"
        f"{subscriptions.section(world, person)}{_events(person, mailbox)}{_contacts(person, mailbox)}"
        f"{quantity.section(person)}"
    )
    return page(f"{person.name} - Atrium sandbox", body, kind="wide")


def _events(person: Person, mailbox: Mailbox) -> str:
    now = datetime.now(UTC)
    rows = calendar_view(mailbox, Window(now, now + _AHEAD))[:_SHOWN_EVENTS]
    local = (now.astimezone(zone_of(person.time_zone)) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:00")
    add = form(
        f"{person_path(person.upn)}/events",
        field("Subject", "subject", required=""),
        field("Start (local)", "start", local, "datetime-local", required=""),
        field("Minutes", "minutes", "30", "number", min="0"),
        button("Add event", "add"),
    )
    shown = table(["When", "What", "Change"], [_event(person, row) for row in rows])
    return f"<section><h2>Next events</h2>{add}{shown}</section>"


def _event(person: Person, row: Instance) -> list[str]:
    subject, all_day = row.properties["subject"], row.properties["isAllDay"]
    start = row.start if all_day else row.start.astimezone(zone_of(person.time_zone))
    end = row.end if all_day else row.end.astimezone(zone_of(person.time_zone))
    when = f"{start:%a %d %b}, all day" if all_day else f"{start:%a %d %b %H:%M}-{end:%H:%M}"
    kinds = [badge(row.type)] if row.type != "singleInstance" else []
    kinds += [badge(row.properties["sensitivity"])] if row.properties["sensitivity"] != "normal" else []
    change = form(
        f"{person_path(person.upn)}/events/{quote(public_id(row.key, immutable=True), safe='')}",
        f'<input type="datetime-local" name="start" value="{start:%Y-%m-%dT%H:%M}"'
        f' aria-label="New start of {escape(subject)}">',
        button("Move", "move", small=True, about=subject),
        button("Delete", "delete", small=True, about=subject),
    )
    return [escape(when), f"{escape(subject)} {' '.join(kinds)}", change]


def _contacts(person: Person, mailbox: Mailbox) -> str:
    newest = sorted(kept(mailbox.contacts), key=lambda contact: -contact.change)[:_SHOWN_CONTACTS]
    add = form(
        f"{person_path(person.upn)}/contacts",
        field("Given name", "given_name", required=""),
        field("Surname", "surname"),
        field("E-mail", "email", kind="email"),
        field("Company", "company"),
        button("Add contact", "add"),
    )
    shown = table(["Name", "E-mail", "Change"], [_contact(person, row) for row in newest])
    note = f'<p class="quiet">{len(mailbox.contacts)} contacts, the last changed {len(newest)} are shown.</p>'
    return f"<section><h2>Contacts</h2>{add}{note}{shown}</section>"


def _contact(person: Person, row: Contact) -> list[str]:
    name = row.properties["displayName"]
    addresses = ", ".join(address["address"] for address in row.properties["emailAddresses"])
    change = form(
        f"{person_path(person.upn)}/contacts/{quote(public_id(row.key, immutable=True), safe='')}",
        f'<input name="name" value="{escape(name)}" aria-label="New name of {escape(name)}">',
        button("Rename", "rename", small=True, about=name),
        button("Delete", "delete", small=True, about=name),
    )
    company = row.properties["companyName"]
    about = f"{escape(name)}<br><small>{escape(company)}</small>" if company else escape(name)
    return [about, escape(addresses), change]
