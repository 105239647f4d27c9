"""Two listeners, plain and TLS, with one application on one event loop."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from sandbox.config import Config
from sandbox.connections import Breakable

_BACKLOG = 128


class _Listener(uvicorn.Server):
    """Leaves the signals to `serve`, which stops both listeners."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class PortTaken(OSError):  # noqa: N818 - named for what it is
    """Somebody else listens on a port."""


def bind(config: Config) -> list[socket.socket]:
    """Sockets for the plain and the TLS listener. Raises PortTaken."""
    return [_bound(config.host, port) for port in (config.port, config.tls_port)]


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio switches Nagle's delay off only where the protocol is named, which create_server does not do.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise PortTaken(f"cannot listen on {host}:{port} ({error.strerror}); set another SANDBOX_PORT") from error
    return listening


async def serve(app: Starlette, sockets: list[socket.socket], tls_pem: Path) -> None:
    """Answers until SIGTERM or SIGINT; open connections get a second to finish."""
    plain = _Listener(_options(app))
    tls = _Listener(_options(app, tls_pem))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _stop, plain, tls)
    await asyncio.gather(*(listener.serve([sock]) for listener, sock in zip((plain, tls), sockets, strict=True)))


def _options(app: Starlette, tls_pem: Path | None = None) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=Breakable,
        lifespan="off",
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        date_header=False,  # the application writes its own, which a fault may set wrong
        timeout_graceful_shutdown=1,
        timeout_keep_alive=75,  # longer than a client of these is idle, or its next request meets a closing connection
        ssl_certfile=tls_pem,
    )


def _stop(*listeners: uvicorn.Server) -> None:
    for listener in listeners:
        listener.should_exit = True
