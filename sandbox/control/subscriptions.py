"""A person's subscriptions on their page, and what can be made to happen to them."""

from html import escape

from starlette.requests import Request

from sandbox.control.answers import ControlError, person_in_path
from sandbox.control.api_subscriptions import EVENTS, LARGEST_BURST, subscription_of
from sandbox.control.form_handler import Fields, form_handler
from sandbox.control.parts import badge, button, field, form, person_path, table
from sandbox.notifications.commands import burst, expire, happen
from sandbox.notifications.telling import subscriptions_of
from sandbox.tenant.model import Person
from sandbox.tenant.subscription import Subscription
from sandbox.world import World

_BUTTONS = {
    "missed": "Missed",
    "subscriptionRemoved": "Removed",
    "reauthorizationRequired": "Reauthorize",
    "expire": "Expire now",
}


def section(world: World, person: Person) -> str:
    """The subscriptions that are there now."""
    rows = subscriptions_of(world, person.oid)
    if not rows:
        return "<section><h2>Subscriptions</h2><p>Nobody has subscribed to this mailbox.</p></section>"
    storm = form(
        f"{person_path(person.upn)}/notifications",
        field("Notifications", "count", "1000", "number", min="1"),
        button("Send a burst", "burst"),
    )
    shown = table(["Resource", "Until (UTC)", "Delivered", "Let happen"], [_row(world, person, row) for row in rows])
    return f"<section><h2>Subscriptions</h2>{shown}{storm}</section>"


def _row(world: World, person: Person, row: Subscription) -> list[str]:
    state = badge("waits to be reauthorized", "on") if row.paused else ""
    events = form(
        f"{person_path(person.upn)}/subscriptions/{row.id}",
        *(button(text, name, small=True, about=row.resource) for name, text in _BUTTONS.items()),
    )
    about = f"{escape(row.resource)} {state}<br><small>{escape(row.notification_url)}</small>"
    return [about, row.expiration[:16].replace("T", " "), str(world.outbox.told[row.id]), events]


@form_handler
def happening(request: Request, fields: Fields) -> str:
    """A lifecycle event, or the end."""
    world, _tenant, person = person_in_path(request)
    subscription = subscription_of(world, person, request.path_params["id"])
    event = next((name for name in EVENTS if name == fields.get("action")), None)
    if event:
        happen(world, subscription, event)
    elif fields.get("action") == "expire":
        expire(world, subscription)
    else:
        raise ControlError(400, "unknown event")
    return person_path(person.upn)


@form_handler
def storm(request: Request, fields: Fields) -> str:
    """A burst of notifications."""
    world, tenant, person = person_in_path(request)
    burst(world, person.oid, tenant.mailboxes[person.oid], min(int(fields.get("count", "")), LARGEST_BURST))
    return person_path(person.upn)
