"""Who takes part in a meeting, and what they answered.

https://learn.microsoft.com/exchange/client-developer/web-service-reference/attendee
"""

from sandbox.ews.item_view import ItemView, moment_text
from sandbox.ews.xml import Element, t
from sandbox.tenant.mailbox import Json

_RESPONSES = {
    "organizer": "Organizer",
    "tentativelyAccepted": "Tentative",
    "accepted": "Accept",
    "declined": "Decline",
    "notResponded": "NoResponseReceived",
}
_NEVER = "0001"


def response(status: Json | None) -> str:
    """A responseStatus of Graph as a ResponseType."""
    return _RESPONSES.get((status or {}).get("response") or "", "Unknown")


def mailbox_of(address: Json, *, named_only: bool = False) -> Element:
    """A Mailbox. FindItem tells an organizer's name, not the address."""
    parts = [t("Name", address.get("name") or address.get("address") or "")]
    if address.get("address") and not named_only:
        parts += [t("EmailAddress", address["address"]), t("RoutingType", "SMTP"), t("MailboxType", "Mailbox")]
    return t("Mailbox", parts)


def people(view: ItemView, name: str, kind: str) -> Element | None:
    """The attendees of a kind, or None if there are none."""
    rows = [_attendee(row) for row in view.properties["attendees"] if row["type"] == kind]
    return t(name, rows) if rows else None


def _attendee(row: Json) -> Element:
    status = row.get("status") or {}
    parts = [mailbox_of(row["emailAddress"]), t("ResponseType", response(status))]
    if status.get("time") and not status["time"].startswith(_NEVER):
        parts.append(t("LastResponseTime", moment_text(status["time"])))
    return t("Attendee", parts)
