"""The faults: which are on, and everything that can be switched on, in groups, each with its sentence and its form."""

import time
from html import escape

from starlette.requests import Request
from starlette.responses import Response

from sandbox.control import latency
from sandbox.control.parts import badge, button, choice, field, form
from sandbox.fault_kinds import GROUPS, KINDS, Kind, Option
from sandbox.faults import Fault
from sandbox.pages import link_button, page
from sandbox.world import World, world_of

PATH = "/control/faults"
_NUMBERS: dict[Option, tuple[str, int]] = {
    "retry_after": ("Retry-After, seconds", 0),
    "seconds": ("Delay, seconds", 0),
    "status": ("HTTP status", 100),
}


async def faults_page(request: Request) -> Response:
    """GET /control/faults; ?whom= is chosen in advance."""
    world = world_of(request)
    chosen = request.query_params.get("whom", "")
    contents = "".join(f"<li>{link_button(f'#{_anchor(group)}', group)}</li>" for group in GROUPS)
    body = (
        f"<p>{link_button('/', 'All organisations')}</p><h1>Faults</h1>"
        "<p>What goes wrong on purpose, for everyone, for an organisation or for one person, so many times, so long, or"
        f" until it is switched off.</p>{active(world)}"
        f'<nav aria-label="Groups of faults"><ul class="contents">{contents}</ul></nav>'
        + "".join(_group(world, group, kinds, chosen) for group, kinds in GROUPS.items())
        + latency.section(world)
    )
    return page("Faults - Atrium sandbox", body, kind="wide")


def active(world: World) -> str:
    """The faults that are on, with a way to switch them off."""
    rows = "".join(_fault(fault) for fault in world.faults)
    if not rows:
        return "<section><h2>On now</h2><p>No fault is on.</p></section>"
    off = form(PATH, button("Switch all off", "off"))
    return f'<section><h2>On now</h2><ul class="kinds on">{rows}</ul>{off}</section>'


def _fault(fault: Fault) -> str:
    off = form(f"{PATH}/{fault.id}", button("Off", "off", small=True, about=fault.kind), css="inline")
    left = "until switched off" if fault.remaining is None else f"{fault.remaining} more"
    if fault.ends_at is not None:
        left += f", at most {max(0, round(fault.ends_at - time.time()))} seconds longer"
    whom = escape(fault.upn or fault.tenant or "everyone")
    says = escape(KINDS[fault.kind].says)
    return f"<li><div>{badge(fault.kind, 'on')} {whom}, {left}<br><small>{says}</small></div>{off}</li>"


def _group(world: World, group: str, kinds: tuple[Kind, ...], chosen: str) -> str:
    rows = "".join(f"<li>{_kind(world, kind, chosen)}</li>" for kind in kinds)
    return f'<section id="{_anchor(group)}"><h2>{escape(group)}</h2><ul class="kinds">{rows}</ul></section>'


def _kind(world: World, kind: Kind, chosen: str) -> str:
    numbers = [field(label, name, kind="number", min=str(least)) for name, label, least in _numbers(kind)]
    switch = form(
        PATH,
        f'<input type="hidden" name="kind" value="{kind.name}">',
        choice("Whom", "whom", _whom(world), chosen),
        field("Times (empty: no limit)", "count", kind="number", min="1"),
        field("For seconds (empty: no limit)", "lasts", kind="number", min="1"),
        *numbers,
        button("Switch on", "on", about=kind.name),
    )
    summary = f"<summary><code>{kind.name}</code> <span>{escape(kind.says)}</span></summary>"
    return f"<details>{summary}{switch}</details>"


def _numbers(kind: Kind) -> list[tuple[str, str, int]]:
    return [(option, *_NUMBERS[option]) for option in kind.options]


def _whom(world: World) -> dict[str, str]:
    tenants = world.state.tenants
    return {
        "": "everyone",
        **{tenant.domain: f"everyone of {tenant.name}" for tenant in tenants},
        **{person.upn: person.upn for tenant in tenants for person in tenant.people.values()},
    }


def _anchor(group: str) -> str:
    return group.casefold().replace(":", "").replace(" ", "-")
