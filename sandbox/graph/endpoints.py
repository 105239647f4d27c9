"""What there is at which path: path segments are case-insensitive, as at Graph."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from sandbox.graph import calendars, delta, directory, invitations, people, subscriptions
from sandbox.graph.call import Call
from sandbox.graph.errors import GraphError
from sandbox.tenant.mailbox import Json

_CALENDAR = ("Calendars.Read", "Calendars.ReadWrite")
_CALENDAR_WRITE = ("Calendars.ReadWrite",)
_CONTACTS = ("Contacts.Read", "Contacts.ReadWrite")
_PROFILE = ("User.Read", "User.ReadWrite", "User.ReadBasic.All", "User.Read.All", "Directory.Read.All")
OTHERS = ("User.ReadBasic.All", "User.Read.All", "Directory.Read.All")
_SETTINGS = ("MailboxSettings.Read", "MailboxSettings.ReadWrite")
_ANY = (*_CALENDAR, *_CONTACTS)


class Endpoint(NamedTuple):
    """`status` is of a good answer."""

    path: tuple[str, ...]
    scopes: tuple[str, ...]
    handler: Callable[..., Json | Awaitable[Json] | None]
    method: str = "GET"
    status: int = 200


def _actions(*before: str) -> list[Endpoint]:
    """The answers to an invitation, below a collection of events."""
    return [
        Endpoint((*before, "events", "*", name.casefold()), _CALENDAR_WRITE, handler, "POST", 202)
        for name, handler in invitations.ACTIONS.items()
    ]


def _folder_delta(call: Call, folder_id: str = "contacts") -> Json:
    people.check_folder(call, folder_id)
    return delta.contacts_delta(call)


def _calendar_delta(call: Call, *_ids: str) -> Json:
    return delta.calendar_delta(call)


# Below /me or /users/{id}; "*" stands for an id that is handed to the handler.
_ENDPOINTS = [
    Endpoint((), _PROFILE, directory.user),
    Endpoint(("mailboxsettings",), _SETTINGS, directory.mailbox_settings),
    Endpoint(("calendar",), _CALENDAR, calendars.calendar),
    Endpoint(("calendars",), _CALENDAR, calendars.calendars),
    Endpoint(("calendars", "*"), _CALENDAR, calendars.calendar),
    Endpoint(("calendarview",), _CALENDAR, calendars.view),
    Endpoint(("calendarview", "delta"), _CALENDAR, _calendar_delta),
    Endpoint(("calendar", "calendarview"), _CALENDAR, calendars.view),
    Endpoint(("calendar", "calendarview", "delta"), _CALENDAR, _calendar_delta),
    Endpoint(("calendars", "*", "calendarview"), _CALENDAR, calendars.view),
    Endpoint(("calendars", "*", "calendarview", "delta"), _CALENDAR, _calendar_delta),
    Endpoint(("events",), _CALENDAR, calendars.events),
    Endpoint(("events", "delta"), _CALENDAR, _calendar_delta),
    Endpoint(("events", "*"), _CALENDAR, calendars.event),
    Endpoint(("events", "*", "instances"), _CALENDAR, calendars.event_instances),
    *_actions(),
    *_actions("calendar"),
    *_actions("calendars", "*"),
    Endpoint(("contacts",), _CONTACTS, people.contacts),
    Endpoint(("contacts", "delta"), _CONTACTS, _folder_delta),
    Endpoint(("contacts", "*"), _CONTACTS, people.contact),
    Endpoint(("contactfolders",), _CONTACTS, people.folders),
    Endpoint(("contactfolders", "*"), _CONTACTS, people.folder),
    Endpoint(("contactfolders", "*", "contacts"), _CONTACTS, people.contacts),
    Endpoint(("contactfolders", "*", "contacts", "delta"), _CONTACTS, _folder_delta),
]
# Below the root.
_ROOT_ENDPOINTS = [
    Endpoint(("organization",), _PROFILE, directory.organization),
    Endpoint(("subscriptions",), _ANY, subscriptions.listing),
    Endpoint(("subscriptions",), _ANY, subscriptions.create, "POST", 201),
    Endpoint(("subscriptions", "*"), _ANY, subscriptions.show),
    Endpoint(("subscriptions", "*"), _ANY, subscriptions.renew, "PATCH"),
    Endpoint(("subscriptions", "*"), _ANY, subscriptions.delete, "DELETE", 204),
    Endpoint(("subscriptions", "*", "reauthorize"), _ANY, subscriptions.reauthorize, "POST", 204),
]


def find(method: str, segments: list[str], rest: list[str]) -> tuple[Endpoint, list[str]]:
    """The endpoint at a path, `rest` being what follows the mailbox, with the ids in it. Raises GraphError."""
    found = _below(segments, rest)
    for endpoint, ids in found:
        if endpoint.method == method:
            return endpoint, ids
    if found:
        raise GraphError(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
    raise GraphError(400, "BadRequest", f"Resource not found for the segment '{segments[-1] if segments else ''}'.")


def _below(segments: list[str], rest: list[str]) -> list[tuple[Endpoint, list[str]]]:
    """Every endpoint at this path, whatever its method, with the ids in the path."""
    in_mailbox = bool(segments) and segments[0].casefold() in ("me", "users")
    below = rest if in_mailbox else segments
    names = [_plain(segment) for segment in below]
    return [
        (endpoint, [below[place] for place, wanted in enumerate(endpoint.path) if wanted == "*"])
        for endpoint in (_ENDPOINTS if in_mailbox else _ROOT_ENDPOINTS)
        if len(endpoint.path) == len(names)
        and all(wanted in ("*", name) for wanted, name in zip(endpoint.path, names, strict=True))
    ]


def _plain(segment: str) -> str:
    """A segment to compare: functions may be written with their namespace and parentheses."""
    return segment.casefold().removesuffix("()").removeprefix("microsoft.graph.")
