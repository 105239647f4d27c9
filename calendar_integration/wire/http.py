"""HTTP to Microsoft: one kept-alive session per thread, with time limits on every request."""

import threading
import time
from collections.abc import Mapping
from datetime import timedelta
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests.utils import default_headers
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, Timeout

from calendar_integration.wire.kept_alive import KeptAlive, is_plain
from calendar_integration.wire.retry_after import retry_after

TIMEOUT_SECONDS = (5, 20)  # to connect; between two bytes of an answer
BUSY = (429, 503)
DISCOVERY_KEPT_SECONDS = 3600
DISCOVERY_PATH = "/.well-known/openid-configuration"

USUAL = dict(default_headers())  # what requests sends with everything

_local = threading.local()
_discovery: dict[str, tuple[float, requests.Response]] = {}


class MicrosoftSession(requests.Session):
    """A session that MSAL takes as its http_client.

    It remembers discovery documents for an hour, process-wide: MSAL asks for one with every application object,
    and we make one for every token, since an application object replays its failures.
    """

    def __init__(self) -> None:
        super().__init__()
        ca_bundle = settings.MS_CA_BUNDLE
        # An environment's REQUESTS_CA_BUNDLE would silently win over the bundle that was configured.
        self.trust_env = not ca_bundle
        self.verify = ca_bundle or True
        # One session serves many people: nothing a server says to one of them may stick.
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.asked_to_wait: timedelta | None = None  # by the last answer; MSAL tells nobody
        self._kept_alive = KeptAlive(max_retries=0)
        self.mount("https://", self._kept_alive)
        self.mount("http://", self._kept_alive)
        self._pools: dict[tuple[str, str], tuple[HTTPConnectionPool, bool]] = {}

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """Send it, within the time limits. Raises requests.RequestException."""
        kwargs.setdefault("timeout", TIMEOUT_SECONDS)
        kwargs.setdefault("allow_redirects", False)  # a redirect would carry codes, tokens and our secret elsewhere
        if DISCOVERY_PATH in str(url):
            return self._discovery_document(method, str(url), *args, **kwargs)
        response = super().request(method, url, *args, **kwargs)
        asked = response.headers.get("Retry-After", "") if response.status_code in BUSY else ""
        self.asked_to_wait = retry_after(asked)
        return response

    def fetch(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        *,
        body: bytes | None = None,
        timeout: tuple[int, int] = TIMEOUT_SECONDS,
    ) -> BaseHTTPResponse:
        """Send it once, and follow no redirect; the body of the answer is to be read.

        It takes requests' connections, and leaves out what requests does anew for every request, which takes longer
        than the request. Raises urllib3's HTTPError, or requests.RequestException where there is no such address.
        """
        if not is_plain(url):
            url = str(requests.Request(method, url).prepare().url)
        pool, is_named_whole = self._pool_of(url)
        target = url if is_named_whole else url[url.index("/", len("https://")) :]
        connect, read = timeout
        return pool.urlopen(
            method,
            target,
            body=body,
            headers={**USUAL, **headers},
            timeout=Timeout(connect=connect, read=read),
            retries=False,
            redirect=False,
            assert_same_host=False,  # a proxy's connections are for every server
            preload_content=False,
        )

    def _pool_of(self, url: str) -> tuple[HTTPConnectionPool, bool]:
        """The connections to this server, and whether a proxy wants its whole address: found out once."""
        scheme, server, *_ = urlsplit(url)
        if (scheme, server) not in self._pools:
            environment = self.merge_environment_settings(url, {}, False, None, None)
            pool = self._kept_alive.pool_of(url, environment["verify"], environment["proxies"])
            self._pools[scheme, server] = pool, scheme == "http" and pool.proxy is not None
        return self._pools[scheme, server]

    def _discovery_document(self, method: str | bytes, url: str, *args: Any, **kwargs: Any) -> requests.Response:
        kept_until, response = _discovery.get(url, (0.0, None))
        if response is None or kept_until < time.monotonic():
            response = super().request(method, url, *args, **kwargs)
            if _is_discovery(response):
                _discovery[url] = (time.monotonic() + DISCOVERY_KEPT_SECONDS, response)
        return response


def _is_discovery(response: requests.Response) -> bool:
    """Whether it is worth keeping: a good answer that is what it should be."""
    try:
        document = response.json()
    except ValueError:
        return False
    return (
        response.ok and isinstance(document, dict) and {"authorization_endpoint", "token_endpoint"} <= document.keys()
    )


def session() -> MicrosoftSession:
    """This thread's session."""
    if not hasattr(_local, "session"):
        _local.session = MicrosoftSession()
    held: MicrosoftSession = _local.session
    return held


def forget_everything() -> None:
    """Close this thread's session and drop what is remembered of discovery; settings are read anew."""
    if hasattr(_local, "session"):
        _local.session.close()
        del _local.session
    _discovery.clear()
