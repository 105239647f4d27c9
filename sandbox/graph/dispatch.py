"""From a request to its answer: who asks, what goes wrong on purpose, and the endpoint; query names in any case."""

import asyncio
from dataclasses import replace
from inspect import isawaitable

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.graph.auth import Bearer, bearer_of, require
from sandbox.graph.batch import batch
from sandbox.graph.call import Call, own_mailbox_only
from sandbox.graph.endpoints import OTHERS, Endpoint, find
from sandbox.graph.errors import GraphError, answer_headers, bad_request, error_body
from sandbox.graph.failures import broken_answer, clock_off, mailbox_not_enabled, raise_fault
from sandbox.graph.preferences import Preferences
from sandbox.tenant.mailbox import Json
from sandbox.tenant.model import Person
from sandbox.world import World, world_of


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


def _resolve(request: Request, world: World, bearer: Bearer, body: Json) -> tuple[Call, Endpoint, list[str]]:
    segments = [segment for segment in request.path_params["path"].split("/") if segment]
    owner, rest = _owner(segments, bearer)
    endpoint, ids = find(request.method, segments, rest)
    require(bearer.scopes, endpoint.scopes)
    query = {name.casefold(): value for name, value in request.query_params.items()}
    prefer = replace(
        Preferences.read(request.headers),
        moved_ids=world.faults.take("graph.other_ids", bearer.person.upn) is not None,
        clock_off=request.state.clock_off,
    )
    call = Call(request, world, bearer.tenant, bearer.person, owner, bearer.scopes, prefer, query, body)
    if endpoint.path or not bearer.scopes.intersection(OTHERS):
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


routes = [Route("/{path:path}", _graph, methods=["GET", "POST", "PATCH", "DELETE"])]
