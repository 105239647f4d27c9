"""The control API for faults."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sandbox.control.answers import ControlError, answer, body_of, nothing, with_errors
from sandbox.faults import UnknownFault
from sandbox.world import world_of

_LEAST = {"remaining": 1, "retry_after": 0, "seconds": 0, "status": 100}
_SENT = {"remaining": "count"}


@with_errors
async def faults(request: Request) -> Response:
    """Lists the faults that are on, switches one on, or switches all off."""
    world = world_of(request)
    if request.method == "DELETE":
        world.faults.switch_off()
        return nothing()
    if request.method == "GET":
        return answer({"value": list(world.faults)})
    given = await body_of(request)
    try:
        fault = world.faults.switch_on(str(given.pop("kind", "")), **_details(given))
    except UnknownFault as error:
        raise ControlError(400, f"unknown kind of fault {error}") from error
    return answer(fault, 201)


def _details(given: dict[str, Any]) -> dict[str, Any]:
    details = dict(given)
    details["remaining"] = details.pop("count", None)
    if unknown := set(details) - {"upn", "remaining", "retry_after", "seconds", "status"}:
        raise ControlError(400, f"unknown: {', '.join(sorted(unknown))}")
    upn = details.get("upn")
    if upn is not None and not isinstance(upn, str):
        raise ControlError(400, "upn must be text")
    for name, least in _LEAST.items():
        if details.get(name) is not None and not _is_number(details[name], least):
            raise ControlError(400, f"{_SENT.get(name, name)} must be a number, {least} or more")
    return {**details, "upn": upn.casefold() if upn else None}


def _is_number(value: Any, least: int) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= least


@with_errors
async def fault(request: Request) -> Response:
    """Switches one fault off."""
    if not world_of(request).faults.switch_off(request.path_params["id"]):
        raise ControlError(404, "no such fault")
    return nothing()
