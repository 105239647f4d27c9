"""The TXT records that the sandbox's name server has: on the first page, and in the API."""

import re
from html import escape

from starlette.requests import Request
from starlette.responses import Response

from sandbox.control.answers import ControlError, answer, body_of, nothing, with_errors
from sandbox.control.form_handler import Fields, form_handler
from sandbox.control.parts import button, field, form, table
from sandbox.world import World, world_of

_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})+")
_MOST, _LONGEST = 20, 1000  # texts of one name, and characters of one: an answer is one datagram


def section(world: World) -> str:
    """What is published, and a form for more."""
    rows = [_row(name, text) for name, texts in sorted(world.state.txt_records.items()) for text in texts]
    return (
        "<section><h2>DNS</h2><p>The portal asks this name server for the TXT records that prove domains: copy name"
        " and value from Account Management &gt; Single Sign-On &gt; Domains.</p>"
        + (table(["Name", "Text", ""], rows) if rows else "<p>There are no records.</p>")
        + form(
            "/control/txt",
            field("Name", "host", placeholder="_atrium-challenge.contoso-group.example", size="42"),
            field("Text", "text", placeholder="atrium-domain-proof=…", size="42"),
            button("Publish", "publish"),
        )
        + "</section>"
    )


@form_handler
def txt(request: Request, fields: Fields) -> str:
    """Publishes a record, or takes one away."""
    change = _remove if fields.get("action") == "remove" else _publish
    change(world_of(request), fields.get("host", ""), fields.get("text", ""))
    return "/"


@with_errors
async def txt_api(request: Request) -> Response:
    """GET: texts by name. POST {"name", "text"}: one more. DELETE: all, or only those of ?name=."""
    world = world_of(request)
    if request.method == "DELETE":
        name = request.query_params.get("name")
        if name is None:
            world.state.txt_records.clear()
        else:
            world.state.txt_records.pop(_spelt(name), None)
        world.changed()
        return nothing()
    if request.method == "POST":
        given = await body_of(request)
        _publish(world, str(given.get("name", "")), str(given.get("text", "")))
        world.changed()
    return answer(world.state.txt_records, 201 if request.method == "POST" else 200)


def _publish(world: World, name: str, text: str) -> None:
    """One more text under a name. Raises ControlError."""
    spelt, kept = _spelt(name), text.strip()
    if not _NAME.fullmatch(spelt):
        raise ControlError(400, "the name must be one such as _atrium-challenge.contoso.example")
    if not kept or len(kept) > _LONGEST:
        raise ControlError(400, f"the text must have between 1 and {_LONGEST} characters")
    texts = world.state.txt_records.get(spelt, [])
    if kept not in texts:
        world.state.txt_records[spelt] = [*texts, kept][-_MOST:]


def _remove(world: World, name: str, text: str) -> None:
    left = [kept for kept in world.state.txt_records.pop(_spelt(name), []) if kept != text]
    if left:
        world.state.txt_records[_spelt(name)] = left


def _spelt(name: str) -> str:
    return name.strip().rstrip(".").casefold()


def _row(name: str, text: str) -> list[str]:
    hidden = "".join(
        f'<input type="hidden" name="{key}" value="{escape(value)}">' for key, value in (("host", name), ("text", text))
    )
    remove = form("/control/txt", hidden, button("Remove", "remove", small=True, about=name), css="inline")
    return [escape(name), escape(text), remove]
