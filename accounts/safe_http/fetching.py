"""One GET of a checked address: no redirects, no proxies, and limits that a server cannot stretch."""

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from time import monotonic

import certifi

from accounts.safe_http.places import Place, Resolver, UnsafeUrlError, checked_addresses, checked_place, system_resolver

LARGEST = 512 * 1024  # bytes of a body
PATIENCE = 10.0  # seconds for everything together


def fetch(
    url: str, *, largest: int = LARGEST, patience: float = PATIENCE, resolver: Resolver = system_resolver
) -> bytes:
    """The body of a 200 answer of at most `largest` bytes, within `patience` seconds. Raises UnsafeUrlError."""
    place, deadline = checked_place(url), monotonic() + patience
    addresses = checked_addresses(place, patience=patience, resolver=resolver)
    try:
        with _connection(place, addresses, deadline) as connection:
            body = _body(place, connection, largest)
            if monotonic() >= deadline:
                raise TimeoutError("cut off, which looks like the end of an answer that does not say its length")
            return body
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
    plain = _first_that_answers(addresses, place.port, deadline)
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


def _first_that_answers(addresses: Sequence[str], port: int, deadline: float) -> socket.socket:
    """A TCP connection. Each address but the last gets half of the time that is left. Raises OSError."""
    for address in addresses[:-1]:
        with suppress(OSError):
            return socket.create_connection((address, port), timeout=_left(deadline) / 2)
    return socket.create_connection((addresses[-1], port), timeout=_left(deadline))


def _secured(plain: socket.socket, host: str) -> ssl.SSLSocket:
    """TLS for the host's name, before the handshake."""
    context = ssl.create_default_context()  # the system's authorities, or those of SSL_CERT_FILE
    context.load_verify_locations(certifi.where())
    return context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)


def _cut_off(connection: socket.socket) -> None:
    """End an exchange that takes too long, whatever it is waiting for."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _left(deadline: float) -> float:
    """The seconds that are left; never none, which would mean not to wait at all."""
    return max(deadline - monotonic(), 0.01)


def _body(place: Place, connection: http.client.HTTPConnection, largest: int) -> bytes:
    connection.request("GET", place.path, headers={"Accept-Encoding": "identity", "User-Agent": "Atrium"})
    answer = connection.getresponse()
    if 300 <= answer.status < 400:
        raise UnsafeUrlError(_leads_on(place, answer.getheader("Location", "")))
    if answer.status != http.client.OK:
        raise UnsafeUrlError(f"{place.host} answered with the error {answer.status}.")
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
