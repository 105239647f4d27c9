"""What requests knows of the way to a server, for what needs no more of requests than that."""

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import certifi
import requests
from requests.adapters import HTTPAdapter
from requests.utils import select_proxy
from urllib3 import HTTPConnectionPool

# An address that goes over the wire as it stands: RFC 3986's characters, and a percent sign only before two digits.
PLAIN = re.compile(r"https?://[\w.:\[\]-]+/(?:[\w\-.~:/?@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*", re.ASCII)


@dataclass(frozen=True)
class Answer:
    """An answer that has been read whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes | bytearray


class KeptAlive(HTTPAdapter):
    """requests' connections, for requests and for what needs no more than them."""

    def pool_of(self, url: str, verify: bool | str | None, proxies: Mapping[str, str]) -> HTTPConnectionPool:
        """Those to this server, as a request would take them. Raises requests.RequestException."""
        pool = self.get_connection_with_tls_context(requests.Request("GET", url).prepare(), verify, proxies)
        if not isinstance(pool, HTTPConnectionPool):
            raise requests.exceptions.InvalidSchema(f"no address of HTTP: {url}")
        self.cert_verify(pool, url, verify, None)  # type: ignore[no-untyped-call]  # its stubs leave it untyped
        return pool


def is_plain(url: str) -> bool:
    """Whether this address of HTTP can go over the wire as it stands."""
    return PLAIN.fullmatch(url) is not None


@dataclass(frozen=True)
class Way:
    """How a server is reached: through which proxy, if any, and whose certificates are believed."""

    proxy: str | None
    trusted: ssl.SSLContext


def way_to(url: str, session: requests.Session) -> Way:
    """The way that this session takes to this server, for who does not use it."""
    environment = session.merge_environment_settings(url, {}, False, None, None)
    verify = environment["verify"]
    place = verify if isinstance(verify, str) else certifi.where()
    is_folder = Path(place).is_dir()
    trusted = ssl.create_default_context(cafile=None if is_folder else place, capath=place if is_folder else None)
    return Way(select_proxy(url, environment["proxies"]), trusted)
