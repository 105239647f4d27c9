"""From a path to its handler: path segments and query names are case-insensitive, as at Graph."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from inspect import isawaitable
from typing import NamedTuple

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.graph import calendars, delta, directory, invitations, people, subscriptions
from sandbox.graph.auth import Bearer, bearer_of, require
from sandbox.graph.batch import batch
from sandbox.graph.call import Call, own_mailbox_only
from sandbox.graph.errors import GraphError, answer_headers, bad_request, error_body
from sandbox.graph.failures import broken_answer, clock_off, mailbox_not_enabled, raise_fault
from sandbox.graph.preferences import Preferences
from sandbox.tenant.mailbox import Json
from sandbox.tenant.model import Person
from sandbox.world import World, world_of

_CALENDAR = ("Calendars.Read", "Calendars.ReadWrite")
_CALENDAR_WRITE = ("Calendars.ReadWrite",)
_CONTACTS = ("Contacts.Read", "Contacts.ReadWrite")
_PROFILE = ("User.Read", "User.ReadWrite", "User.ReadBasic.All", "User.Read.All", "Directory.Read.All")
_OTHERS = ("User.ReadBasic.All", "User.Read.All", "Directory.Read.All")
_SETTINGS = ("MailboxSettings.Read", "MailboxSettings.ReadWrite")
_ANY = (*_CALENDAR, *_CONTACTS)


class _Endpoint(NamedTuple):
    """`status` is of a good answer."""

    path: tuple[str, ...]
    scopes: tuple[str, ...]
    handler: Callable[..., Json | Awaitable[Json] | None]
    method: str = "GET"
    status: int = 200


def _actions(*before: str) -> list[_Endpoint]:
    """The answers to an invitation, below a collection of events."""
    return [
        _Endpoint((*before, "events", "*", name.casefold()), _CALENDAR_WRITE, handler, "POST", 202)
        for name, handler in invitations.ACTIONS.items()
    ]


def _folder_delta(call: Call, folder_id: str = "contacts") -> Json:
    people.check_folder(call, folder_id)
    return delta.contacts_delta(call)


def _calendar_delta(call: Call, *_ids: str) -> Json:
    return delta.calendar_delta(call)


# Below /me or /users/{id}; "*" stands for an id that is handed to the handler.
_ENDPOINTS = [
    _Endpoint((), _PROFILE, directory.user),
    _Endpoint(("mailboxsettings",), _SETTINGS, directory.mailbox_settings),
    _Endpoint(("calendar",), _CALENDAR, calendars.calendar),
    _Endpoint(("calendars",), _CALENDAR, calendars.calendars),
    _Endpoint(("calendars", "*"), _CALENDAR, calendars.calendar),
    _Endpoint(("calendarview",), _CALENDAR, calendars.view),
    _Endpoint(("calendarview", "delta"), _CALENDAR, _calendar_delta),
    _Endpoint(("calendar", "calendarview"), _CALENDAR, calendars.view),
    _Endpoint(("calendar", "calendarview", "delta"), _CALENDAR, _calendar_delta),
    _Endpoint(("calendars", "*", "calendarview"), _CALENDAR, calendars.view),
    _Endpoint(("calendars", "*", "calendarview", "delta"), _CALENDAR, _calendar_delta),
    _Endpoint(("events",), _CALENDAR, calendars.events),
    _Endpoint(("events", "delta"), _CALENDAR, _calendar_delta),
    _Endpoint(("events", "*"), _CALENDAR, calendars.event),
    _Endpoint(("events", "*", "instances"), _CALENDAR, calendars.event_instances),
    *_actions(),
    *_actions("calendar"),
    *_actions("calendars", "*"),
    _Endpoint(("contacts",), _CONTACTS, people.contacts),
    _Endpoint(("contacts", "delta"), _CONTACTS, _folder_delta),
    _Endpoint(("contacts", "*"), _CONTACTS, people.contact),
    _Endpoint(("contactfolders",), _CONTACTS, people.folders),
    _Endpoint(("contactfolders", "*"), _CONTACTS, people.folder),
    _Endpoint(("contactfolders", "*", "contacts"), _CONTACTS, people.contacts),
    _Endpoint(("contactfolders", "*", "contacts", "delta"), _CONTACTS, _folder_delta),
]
# Below the root.
_ROOT_ENDPOINTS = [
    _Endpoint(("organization",), _PROFILE, directory.organization),
    _Endpoint(("subscriptions",), _ANY, subscriptions.listing),
    _Endpoint(("subscriptions",), _ANY, subscriptions.create, "POST", 201),
    _Endpoint(("subscriptions", "*"), _ANY, subscriptions.show),
    _Endpoint(("subscriptions", "*"), _ANY, subscriptions.renew, "PATCH"),
    _Endpoint(("subscriptions", "*"), _ANY, subscriptions.delete, "DELETE", 204),
    _Endpoint(("subscriptions", "*", "reauthorize"), _ANY, subscriptions.reauthorize, "POST", 204),
]


async def _graph(request: Request) -> Response:
    world = world_of(request)
    if world.latency:
        await asyncio.sleep(world.latency)
    return await _answered(request)


async def _answered(request: Request) -> Response:
    world, headers = world_of(request), answer_headers(request)
    try:
        return await _answer(request, world, headers)
    except GraphError as error:
        body = orjson.dumps(error_body(error, headers))
        return Response(body, error.status, {**headers, **error.headers}, "application/json")


async def _answer(request: Request, world: World, headers: dict[str, str]) -> Response:
    bearer = bearer_of(request, world)
    upn = request.state.upn = bearer.person.upn
    if _is_batch(request):
        answers = await batch(request, await _posted(request), _answered, world.faults, upn)
        return Response(orjson.dumps(answers), 200, headers, "application/json")
    if slow := world.faults.take("graph.slow", upn):
        await asyncio.sleep(slow.seconds or 1)
    raise_fault(world.faults, upn)
    broken = broken_answer(world.faults, upn)
    request.state.clock_off = clock_off(world.faults, upn)
    call, endpoint, ids = _resolve(request, world, bearer, await _posted(request))
    if endpoint.path and call.owner.exchange_host:
        raise mailbox_not_enabled()
    content = endpoint.handler(call, *ids)
    if isawaitable(content):
        content = await content
    body = b"" if content is None else orjson.dumps(content)
    if call.prefer.applied:
        headers["Preference-Applied"] = ", ".join(call.prefer.applied)
    if broken:
        return broken(body, headers)
    media_type = "application/json;odata.metadata=minimal;odata.streaming=true" if body else None
    return Response(body, endpoint.status, headers, media_type)


def _is_batch(request: Request) -> bool:
    return request.method == "POST" and request.path_params["path"].casefold() == "$batch"


async def _posted(request: Request) -> Json:
    """The JSON object that was posted. Raises GraphError 400 for anything else."""
    content = await request.body()
    try:
        posted = orjson.loads(content) if content else {}
    except orjson.JSONDecodeError as error:
        raise bad_request("Unable to read JSON request payload.", "BadRequest") from error
    if not isinstance(posted, dict):
        raise bad_request("Unable to read JSON request payload.", "BadRequest")
    return posted


def _resolve(request: Request, world: World, bearer: Bearer, body: Json) -> tuple[Call, _Endpoint, list[str]]:
    segments = [segment for segment in request.path_params["path"].split("/") if segment]
    owner, rest = _owner(segments, bearer)
    endpoint, ids = _find(request.method, segments, rest)
    require(bearer.scopes, endpoint.scopes)
    query = {name.casefold(): value for name, value in request.query_params.items()}
    prefer = replace(
        Preferences.read(request.headers),
        moved_ids=world.faults.take("graph.other_ids", bearer.person.upn) is not None,
        clock_off=request.state.clock_off,
    )
    call = Call(request, world, bearer.tenant, bearer.person, owner, bearer.scopes, prefer, query, body)
    if endpoint.path or not bearer.scopes.intersection(_OTHERS):
        own_mailbox_only(call)
    return call, endpoint, ids


def _owner(segments: list[str], bearer: Bearer) -> tuple[Person, list[str]]:
    head = segments[0].casefold() if segments else ""
    if head == "users" and len(segments) > 1:
        tenant = bearer.tenant
        person = tenant.people.get(segments[1].casefold()) or tenant.person(segments[1])
        if person is None:
            raise GraphError(404, "Request_ResourceNotFound", f"Resource '{segments[1]}' does not exist.")
        return person, segments[2:]
    return bearer.person, segments[1:]


def _find(method: str, segments: list[str], rest: list[str]) -> tuple[_Endpoint, list[str]]:
    found = _below(segments, rest)
    for endpoint, ids in found:
        if endpoint.method == method:
            return endpoint, ids
    if found:
        raise GraphError(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
    raise GraphError(400, "BadRequest", f"Resource not found for the segment '{segments[-1] if segments else ''}'.")


def _below(segments: list[str], rest: list[str]) -> list[tuple[_Endpoint, list[str]]]:
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


routes = [Route("/{path:path}", _graph, methods=["GET", "POST", "PATCH", "DELETE"])]
