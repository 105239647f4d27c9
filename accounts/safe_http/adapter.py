"""requests' way to one checked place, for libraries that speak HTTP by themselves.

https://requests.readthedocs.io/en/latest/user/advanced/#transport-adapters
"""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from time import monotonic
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from accounts.safe_http.fetching import first_that_answers, trusted_authorities
from accounts.safe_http.places import Place

LONGEST_TO_CONNECT = 10.0  # seconds, where the caller sets no limit


class CheckedAdapter(HTTPAdapter):
    """One kept-alive connection to one checked place; `mount` it, and let the session have no other adapter."""

    def __init__(self, place: Place, addresses: Sequence[str]) -> None:
        self._place, self._connection = place, _connection_to(addresses, self._watch)
        self._watched: socket.socket | None = None
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **kwargs: Any) -> None:
        """The pool, with the authorities that every fetch from such addresses trusts."""
        super().init_poolmanager(connections, maxsize, block, ssl_context=trusted_authorities(), **kwargs)

    def get_connection_with_tls_context(
        self,
        request: requests.PreparedRequest,
        verify: bool | str | None,  # noqa: ARG002 - the library's signature; the server is always verified
        proxies: Mapping[str, str] | None = None,  # noqa: ARG002 - a proxy would look the name up
        cert: str | tuple[str, str] | None = None,
    ) -> HTTPConnectionPool:
        """The pool, whose connections go to the checked addresses. Raises InvalidURL for any other place."""
        pool = super().get_connection_with_tls_context(request, True, {}, cert)
        if not isinstance(pool, HTTPSConnectionPool) or (pool.host, pool.port) != (self._place.host, self._place.port):
            raise requests.exceptions.InvalidURL("not the place that was checked")
        pool.ConnectionCls = self._connection
        return pool

    def cert_verify(self, conn: Any, url: str, verify: bool | str, cert: str | tuple[str, str] | None) -> None:
        """Nothing to add: the pool knows its authorities, and reading certifi's again costs more than a connection."""

    @contextmanager
    def cut_off_after(self, seconds: float) -> Iterator[None]:
        """End what takes longer, whatever it waits for; a server that sends a byte now and then is never silent.

        Raises ReadTimeout: what was cut off looks like the end of an answer that does not say its length.
        """
        deadline = monotonic() + seconds
        watchdog = threading.Timer(seconds, self._cut_off)
        watchdog.start()
        try:
            yield
        finally:
            watchdog.cancel()
        if monotonic() >= deadline:
            raise requests.exceptions.ReadTimeout(f"{self._place.host} took longer than {seconds:.0f} seconds.")

    def close(self) -> None:
        """Close the connection."""
        super().close()
        if self._watched:
            self._watched.close()

    def _watch(self, connection: socket.socket) -> None:
        """A second handle: TLS takes the first one over."""
        if self._watched:
            self._watched.close()
        self._watched = connection.dup()

    def _cut_off(self) -> None:
        if self._watched:
            with suppress(OSError):
                self._watched.shutdown(socket.SHUT_RDWR)


def _connection_to(addresses: Sequence[str], watch: Callable[[socket.socket], None]) -> type[HTTPSConnection]:
    """Connections to addresses that were checked, which never look the name up again; TLS is for the name."""

    class CheckedConnection(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            patience = self.timeout if isinstance(self.timeout, int | float) else LONGEST_TO_CONNECT
            try:
                connection = first_that_answers(addresses, self.port, monotonic() + patience)
            except TimeoutError as error:
                raise ConnectTimeoutError(self, f"{self.host} did not answer in time.") from error
            except OSError as error:
                raise NewConnectionError(self, f"{self.host} could not be reached.") from error
            watch(connection)
            return connection

    return CheckedConnection
