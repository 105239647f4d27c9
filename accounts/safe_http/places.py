"""Where an address that somebody typed leads, and whether we go there.

A host is resolved once, and every address it has must be public. Whoever connects does so to the addresses that are
answered here, never to the name: a second answer of the same name server changes nothing.
"""

import ipaddress
import queue
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

LONGEST_URL = 2000
PORTS = {"https": 443, "http": 80}

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], Sequence[str]]

# A public address that answers only machines of a cloud, about themselves.
METADATA_ADDRESS = ipaddress.ip_address("168.63.129.16")
NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Special by now, or formerly, and called global by a Python that does not know: https://www.iana.org/assignments/
SPECIAL = tuple(
    ipaddress.ip_network(text) for text in ("192.0.0.0/24", "fec0::/10", "3fff::/20", "100::/64", "2001:db8::/32")
)


class UnsafeUrlError(Exception):
    """An address that is not fetched from, or did not give what was asked; the text is for whoever typed it."""


class NotReachableError(UnsafeUrlError):
    """Its name is of no server, or of one that is not on the public internet."""


@dataclass(frozen=True)
class Place:
    """Where a checked URL leads. An operator may have named it: then it may be private, without TLS, on any port."""

    scheme: str
    host: str
    port: int
    path: str
    is_named: bool = False


def checked_place(url: str) -> Place:
    """Where a URL leads. Raises UnsafeUrlError unless it is an https address without credentials or a port."""
    parts, port = _split(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if f"{parts.scheme}://{parts.netloc}".lower() in settings.PRIVATE_URLS_ALLOWED:
        return Place(parts.scheme, parts.hostname or "", port or PORTS[parts.scheme], path, is_named=True)
    if parts.scheme != "https":
        raise UnsafeUrlError("The address has to begin with https://.")
    if port not in (None, PORTS["https"]):
        raise UnsafeUrlError("The address must name no port: only the usual one, 443, is used.")
    return Place("https", parts.hostname or "", PORTS["https"], path)


def system_resolver(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, in the order to try them. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def checked_addresses(place: Place, *, patience: float, resolver: Resolver = system_resolver) -> Sequence[str]:
    """The addresses to connect to, within so many seconds. Raises UnsafeUrlError where one of them is not public."""
    addresses = _resolved(place, patience, resolver)
    if not addresses:
        raise NotReachableError(f"There is no server named {place.host}, or it cannot be looked up right now.")
    if not place.is_named and not all(is_public(address) for address in addresses):
        raise NotReachableError(f"{place.host} is in a private network, which is not reached from here.")
    return addresses


def is_public(text: str) -> bool:
    """Whether an address is of one machine on the public internet, and carries no address of another one inside."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if address == METADATA_ADDRESS or _carries_another(address):
        return False
    if any(address in network for network in SPECIAL):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _carries_another(address: IpAddress) -> bool:
    """Whether traffic to an IPv6 address ends at an IPv4 address that stands in it."""
    if isinstance(address, ipaddress.IPv4Address):
        return False
    return bool(address.ipv4_mapped or address.sixtofour or address.teredo) or address in NAT64


def _split(url: str) -> tuple[SplitResult, int | None]:
    """The parts of an address, and its port if it names one."""
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url or len(url) > LONGEST_URL:
        raise UnsafeUrlError("The address has characters that no web address has, or is too long.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UnsafeUrlError("That is not a web address that can be read.") from error
    if not parts.hostname:
        raise UnsafeUrlError("Type the whole address, beginning with https://.")
    if "@" in parts.netloc:
        raise UnsafeUrlError("The address must hold no user name or password.")
    return parts, port


def _resolved(place: Place, patience: float, resolver: Resolver) -> Sequence[str]:
    """What the resolver says in time. Looking up a name cannot be interrupted, so it is left behind where it hangs."""
    answers: queue.SimpleQueue[Sequence[str]] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            answers.put(resolver(place.host, place.port))
        except (OSError, UnicodeError):
            answers.put([])

    threading.Thread(target=look_up, daemon=True).start()
    try:
        return answers.get(timeout=patience)
    except queue.Empty:
        return []
