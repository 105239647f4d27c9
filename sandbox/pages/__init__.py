"""The sandbox's HTML: one layout, one style sheet, no script but the one that submits a form by itself."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.pages.layout import auto_post, link_button, page

__all__ = ["auto_post", "link_button", "page", "routes"]

_CSS = (Path(__file__).parent / "sandbox.css").read_bytes()


async def _style_sheet(_request: Request) -> Response:
    return Response(_CSS, headers={"Cache-Control": "max-age=300"}, media_type="text/css")


async def _no_icon(_request: Request) -> Response:
    return Response(status_code=204)


routes = [Route("/sandbox.css", _style_sheet), Route("/favicon.ico", _no_icon)]
