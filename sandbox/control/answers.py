"""JSON in and out of the control API, and its errors: {"error": "..."}."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from sandbox.tenant.model import Person, Tenant
from sandbox.world import World, world_of

Json = dict[str, Any]
Handler = Callable[[Request], Awaitable[Response]]


@dataclass
class ControlError(Exception):
    """Ends a call to the control API."""

    status: int
    message: str


def answer(content: Any, status: int = 200) -> Response:
    """Content as JSON."""
    return Response(orjson.dumps(content), status, media_type="application/json")


def nothing() -> Response:
    """204."""
    return Response(status_code=204)


async def body_of(request: Request) -> Json:
    """The JSON object in the body, empty if there is none. Raises ControlError."""
    content = await request.body()
    try:
        given = orjson.loads(content) if content else {}
    except orjson.JSONDecodeError as error:
        raise ControlError(400, "the body is not JSON") from error
    if not isinstance(given, dict):
        raise ControlError(400, "the body must be a JSON object")
    return given


def with_errors(handler: Handler) -> Handler:
    """Answers a ControlError as JSON."""

    @wraps(handler)
    async def answered(request: Request) -> Response:
        try:
            return await handler(request)
        except ControlError as error:
            return answer({"error": error.message}, error.status)

    return answered


def tenant_in_path(request: Request) -> tuple[World, Tenant]:
    """The tenant named by domain or GUID. Raises ControlError."""
    world = world_of(request)
    tenant = world.tenant(request.path_params["domain"])
    if tenant is None:
        raise ControlError(404, "no such tenant")
    return world, tenant


def person_in_path(request: Request) -> tuple[World, Tenant, Person]:
    """The person named by user principal name. Raises ControlError."""
    world = world_of(request)
    found = world.find_person(request.path_params["upn"])
    if found is None:
        raise ControlError(404, "no such person")
    return world, *found
