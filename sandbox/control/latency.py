"""How much later every answer of Graph and Exchange comes: for benches, and to see what waiting does."""

from starlette.requests import Request
from starlette.responses import Response

from sandbox.control.answers import ControlError, answer, body_of, with_errors
from sandbox.control.form_handler import Fields, form_handler
from sandbox.control.parts import button, field, form
from sandbox.world import World, world_of

PATH = "/control/latency"
_MOST = 60_000


def section(world: World) -> str:
    """What it is, and a form to change it."""
    label = "Milliseconds before every answer of Graph and Exchange"
    wait = field(label, "milliseconds", f"{world.latency * 1000:g}", "number")
    return f"<section><h2>Latency</h2>{form(PATH, wait, button('Set', 'set'))}</section>"


@form_handler
def latency(request: Request, fields: Fields) -> str:
    """Sets it."""
    _set(world_of(request), float(fields.get("milliseconds") or 0))
    return "/control/faults"


@with_errors
async def latency_api(request: Request) -> Response:
    """GET, and PUT {"milliseconds": n}."""
    world = world_of(request)
    if request.method == "PUT":
        given = (await body_of(request)).get("milliseconds")
        if not isinstance(given, int | float):
            raise ControlError(400, "milliseconds must be a number")
        _set(world, float(given))
    return answer({"milliseconds": world.latency * 1000})


def _set(world: World, milliseconds: float) -> None:
    if not 0 <= milliseconds <= _MOST:
        raise ControlError(400, f"milliseconds must be between 0 and {_MOST}")
    world.latency = milliseconds / 1000
