"""The control API for people who join an organisation."""

from starlette.requests import Request
from starlette.responses import Response

from sandbox.control.answers import ControlError, answer, body_of, tenant_in_path, with_errors
from sandbox.scenario.hiring import hire

_MOST = 1000


@with_errors
async def hiring(request: Request) -> Response:
    """{"count": n}: so many more people until the next reset; who they are."""
    world, tenant = tenant_in_path(request)
    count = (await body_of(request)).get("count")
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= _MOST:
        raise ControlError(400, f"count must be a number between 1 and {_MOST}")
    people = hire(tenant, count, world.state.generation)
    world.changed()
    return answer({"value": [{"upn": person.upn, "name": person.name} for person in people]}, 201)
