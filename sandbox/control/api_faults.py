"""The control API for faults: which there are, which are on, and on and off."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sandbox.control.answers import ControlError, answer, body_of, nothing, with_errors
from sandbox.fault_kinds import GROUPS
from sandbox.faults import UnknownFault
from sandbox.world import World, world_of

_LEAST = {"remaining": 1, "retry_after": 0, "seconds": 0, "status": 100, "lasts": 0}
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
        fault = world.faults.switch_on(str(given.pop("kind", "")), **_details(world, given))
    except UnknownFault as error:
        raise ControlError(400, f"unknown kind of fault {error}") from error
    return answer(fault, 201)


async def kinds(_request: Request) -> Response:
    """Every kind there is, by group."""
    return answer({group: {kind.name: kind.says for kind in kinds} for group, kinds in GROUPS.items()})


def _details(world: World, given: dict[str, Any]) -> dict[str, Any]:
    details = dict(given)
    details["remaining"] = details.pop("count", None)
    if unknown := set(details) - {"upn", "tenant", "remaining", "retry_after", "seconds", "status", "lasts"}:
        raise ControlError(400, f"unknown: {', '.join(sorted(unknown))}")
    upn, domain = (_text(details, name) for name in ("upn", "tenant"))
    tenant = world.tenant(domain) if domain else None
    if domain and tenant is None:
        raise ControlError(400, "no such tenant")
    for name, least in _LEAST.items():
        if details.get(name) is not None and not _is_number(details[name], least):
            raise ControlError(400, f"{_SENT.get(name, name)} must be a number, {least} or more")
    return {**details, "upn": upn, "tenant": tenant.domain if tenant else None}


def _text(details: dict[str, Any], name: str) -> str | None:
    """In small letters, or None if there is none. Raises ControlError."""
    given = details.get(name)
    if given is not None and not isinstance(given, str):
        raise ControlError(400, f"{name} must be text")
    return given.casefold() if given else None


def _is_number(value: Any, least: int) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= least


@with_errors
async def fault(request: Request) -> Response:
    """Switches one fault off."""
    if not world_of(request).faults.switch_off(request.path_params["id"]):
        raise ControlError(404, "no such fault")
    return nothing()
