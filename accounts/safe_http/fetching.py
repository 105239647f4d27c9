"""One GET of a checked address: no redirects, no proxies, and limits that a server cannot stretch."""

import http.client
import os
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from time import monotonic

import certifi

from accounts.safe_http.places import Place, Resolver, UnsafeUrlError, checked_addresses, checked_place, system_resolver

LARGEST = 512 * 1024  # bytes of a body
PATIENCE = 10.0  # seconds for everything together


@dataclass(frozen=True)
class Reply:
    """What a server said: its status, where it leads on to, and what it asks people to prove who they are with."""

    status: int
    location: str
    challenges: tuple[str, ...]
    body: bytes = b""


def fetch(
    url: str, *, largest: int = LARGEST, patience: float = PATIENCE, resolver: Resolver = system_resolver
) -> bytes:
    """The body of a 200 answer of at most `largest` bytes, within `patience` seconds. Raises UnsafeUrlError."""
    place = checked_place(url)
    reply = _exchange(place, {}, largest, patience, resolver)
    if 300 <= reply.status < 400:
        raise UnsafeUrlError(_leads_on(place, reply.location))
    if reply.status != http.client.OK:
        raise UnsafeUrlError(f"{place.host} answered with the error {reply.status}.")
    return reply.body


def greet(
    url: str, headers: Mapping[str, str], *, patience: float = PATIENCE, resolver: Resolver = system_resolver
) -> Reply:
    """Whatever the server answers within `patience` seconds, without its body. Raises UnsafeUrlError."""
    return _exchange(checked_place(url), headers, None, patience, resolver)


def _exchange(
    place: Place, headers: Mapping[str, str], largest: int | None, patience: float, resolver: Resolver
) -> Reply:
    """One GET; the body of a 200 answer is read up to `largest` bytes, and not at all without."""
    deadline = monotonic() + patience
    addresses = checked_addresses(place, patience=patience, resolver=resolver)
    try:
        with _connection(place, addresses, deadline) as connection:
            reply = _reply(place, connection, headers, largest)
            if monotonic() >= deadline:
                raise TimeoutError("cut off, which looks like the end of an answer that does not say its length")
            return reply
    except ssl.SSLCertVerificationError as error:
        raise UnsafeUrlError(f"{place.host} showed no certificate that is valid for its name.") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        if monotonic() >= deadline:
            raise UnsafeUrlError(f"{place.host} took longer than {patience:.0f} seconds to answer.") from error
        raise UnsafeUrlError(f"{place.host} could not be reached, or did not answer as a web server does.") from error


@contextmanager
def _connection(place: Place, addresses: Sequence[str], deadline: float) -> Iterator[http.client.HTTPConnection]:
    """An HTTP connection to the place over one of its checked addresses, which the deadline cuts off."""
    kind = http.client.HTTPSConnection if place.scheme == "https" else http.client.HTTPConnection
    connection = kind(place.host, place.port)
    connection.auto_open = 0  # it would look the name up again
    plain = first_that_answers(addresses, place.port, deadline)
    used = _secured(plain, place.host) if place.scheme == "https" else plain
    watchdog = threading.Timer(_left(deadline), _cut_off, [used])
    watchdog.start()
    try:
        if isinstance(used, ssl.SSLSocket):
            used.do_handshake()
        connection.sock = used
        yield connection
    finally:
        watchdog.cancel()
        _cut_off(used)  # closing alone waits until nobody holds the answer any more
        used.close()


def first_that_answers(addresses: Sequence[str], port: int, deadline: float) -> socket.socket:
    """A TCP connection before the deadline of the monotonic clock.

    Each address but the last gets half of the time that is left. Raises OSError.
    """
    for address in addresses[:-1]:
        with suppress(OSError):
            return socket.create_connection((address, port), timeout=_left(deadline) / 2)
    return socket.create_connection((addresses[-1], port), timeout=_left(deadline))


def _secured(plain: socket.socket, host: str) -> ssl.SSLSocket:
    """TLS for the host's name, before the handshake."""
    return trusted_authorities().wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)


def trusted_authorities() -> ssl.SSLContext:
    """TLS that trusts the system's authorities, or those of SSL_CERT_FILE, and those of certifi.

    They are read once for the process, which takes longer than what they are needed for; do not change what you get.
    """
    return _authorities(os.environ.get("SSL_CERT_FILE", ""), os.environ.get("SSL_CERT_DIR", ""))


@lru_cache(maxsize=4)
def _authorities(_file: str, _folder: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _cut_off(connection: socket.socket) -> None:
    """End an exchange that takes too long, whatever it is waiting for."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _left(deadline: float) -> float:
    """The seconds that are left; never none, which would mean not to wait at all."""
    return max(deadline - monotonic(), 0.01)


def _reply(
    place: Place, connection: http.client.HTTPConnection, headers: Mapping[str, str], largest: int | None
) -> Reply:
    connection.request("GET", place.path, headers={"Accept-Encoding": "identity", "User-Agent": "Atrium", **headers})
    answer = connection.getresponse()
    challenges = answer.headers.get_all("WWW-Authenticate") or []
    reply = Reply(answer.status, answer.getheader("Location", ""), tuple(challenges))
    if largest is None or answer.status != http.client.OK:
        return reply
    return replace(reply, body=_body(place, answer, largest))


def _body(place: Place, answer: http.client.HTTPResponse, largest: int) -> bytes:
    body = answer.read(largest + 1)
    if len(body) > largest:
        raise UnsafeUrlError(f"{place.host} sent more than {largest // 1024} kB.")
    if answer.length:
        raise ConnectionError("the body ended early")
    return body


def _leads_on(place: Place, location: str) -> str:
    """Where a redirect goes, as far as it helps whoever typed the address."""
    if location.lower().startswith("http://"):
        return f"{place.host} leads on to another address, which is not encrypted (http). Type one with https://."
    return f"{place.host} leads on to another address. Type the address that it ends at."
