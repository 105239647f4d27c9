"""Connections that can be broken on purpose: the client sees a reset instead of an answer."""

import asyncio
import socket
import struct
from typing import Any

from starlette.requests import Request
from uvicorn.protocols.http.h11_impl import H11Protocol

_open: dict[tuple[Any, Any], asyncio.Transport] = {}
# On, and no seconds to wait: the kernel sends RST in place of FIN.
_RESET = struct.pack("ii", 1, 0)


class Breakable(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it, with the open connections kept by their two ends."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client came."""
        super().connection_made(transport)
        _open[self.client, self.server] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """It went, or was sent away."""
        _open.pop((self.client, self.server), None)
        super().connection_lost(exc)


async def reset(request: Request) -> None:
    """Breaks the connection of a request, whose body has to be read; returns when nobody is there any more."""
    transport = _open[request.scope["client"], request.scope["server"]]
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    transport.abort()
    while not await request.is_disconnected():
        await asyncio.sleep(0)
