"""Web servers of a story: they say exactly these bytes, some of them slowly."""

import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import trustme

Answer = Callable[[socket.socket], None]
LENGTH = re.compile(rb"(?i)\r\ncontent-length: *([0-9]+)\r\n")


@dataclass
class Server:
    """A server on this machine; `requests` are what it was sent, `names` those its TLS was asked for."""

    port: int
    requests: list[str] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)


def whole(body: bytes, status: str = "200 OK", *headers: str) -> Answer:
    """An ordinary answer."""
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers])

    def answer(connection: socket.socket) -> None:
        connection.sendall(head.encode() + b"\r\n\r\n" + body)

    return answer


def endless(first: bytes, piece: bytes, pause: float = 0.0) -> Answer:
    """Says `first`, and then `piece` for as long as anybody listens."""

    def answer(connection: socket.socket) -> None:
        stop = threading.Event()
        connection.sendall(first)
        while True:  # until the listener has left, which is an OSError
            connection.sendall(piece)
            stop.wait(pause)

    return answer


@contextmanager
def serving(
    answer: Answer, *, address: str = "127.0.0.1", authority: trustme.CA | None = None, name: str = "idp.example"
) -> Iterator[Server]:
    """A server that answers everyone alike; with an authority, by TLS under that name."""
    with socket.create_server((address, 0)) as listener:
        server = Server(listener.getsockname()[1])
        thread = threading.Thread(target=_serve, args=(listener, server, answer, _tls(server, authority, name)))
        thread.start()
        try:
            yield server
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)


def _tls(server: Server, authority: trustme.CA | None, name: str) -> ssl.SSLContext | None:
    if authority is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    context.sni_callback = lambda _connection, asked, _context: server.names.append(asked)
    return context


def _serve(listener: socket.socket, server: Server, answer: Answer, tls: ssl.SSLContext | None) -> None:
    with suppress(OSError):
        while True:
            plain, _ = listener.accept()
            with suppress(OSError), plain:
                plain.settimeout(10)
                connection = tls.wrap_socket(plain, server_side=True) if tls else plain
                with connection:
                    server.requests.append(_received(connection).decode(errors="replace"))
                    answer(connection)


def _received(connection: socket.socket) -> bytes:
    """A request with its body: closing a connection that was not read to its end may take the answer along."""
    content = connection.recv(65536)
    while (length := LENGTH.search(content)) and len(content.partition(b"\r\n\r\n")[2]) < int(length[1]):
        content += connection.recv(65536)
    return content
