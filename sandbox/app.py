"""The application: every room's routes, security headers, and one log line per request."""

import logging
import time
from datetime import UTC, datetime
from email.utils import formatdate

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox import control, ews, graph, identity, pages, saml_idp
from sandbox.request_log import Call
from sandbox.world import World

log = logging.getLogger("sandbox.request")


def make_app(world: World) -> Starlette:
    """The sandbox as an ASGI application."""
    app = Starlette(
        routes=[
            Route("/healthz", _healthz),
            *pages.routes,
            *control.routes,
            *saml_idp.routes,
            Mount("/v1.0", routes=graph.routes),
            *ews.routes,
            *identity.routes,
        ],
        middleware=[Middleware(_Observed, world=world)],
    )
    app.state.world = world
    return app


async def _healthz(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("ok\n")


class _Observed:
    """Logs each request without its query, and remembers calls to Graph, to Exchange and the token endpoint."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self.app, self.world = app, world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def observed_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                now = time.time() + scope.get("state", {}).get("clock_off", 0)
                message["headers"] = [*message.get("headers", []), (b"date", formatdate(now, usegmt=True).encode())]
            await send(message)

        try:
            await self.app(scope, receive, observed_send)
        finally:
            self._remember(scope, status, (time.perf_counter() - began) * 1000)

    def _remember(self, scope: Scope, status: int, milliseconds: float) -> None:
        method, path, kind = scope["method"], scope["path"], _kind_of(scope["path"])
        state = scope.get("state", {})
        upn, operation = state.get("upn"), state.get("operation", "")
        log.info("%s %s %s %s %.0f ms", status, method, f"{path} {operation}".strip(), upn or "-", milliseconds)
        if kind:
            at = datetime.now(UTC).isoformat(timespec="milliseconds")
            self.world.calls.add(Call(at, method, path, kind, upn, status, operation))


def _kind_of(path: str) -> str | None:
    if path.startswith("/v1.0/"):
        return "graph"
    if path.casefold().startswith("/ews/"):
        return "ews"
    return "token" if path.endswith("/oauth2/v2.0/token") else None
