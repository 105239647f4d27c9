"""HTTP to Microsoft: one kept-alive session per thread, with time limits on every request."""

import re
import threading
import time
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests.hooks import default_hooks
from requests.structures import CaseInsensitiveDict
from requests.utils import default_headers

TIMEOUT_SECONDS = (5, 20)  # to connect; between two bytes of an answer
DISCOVERY_KEPT_SECONDS = 3600
DISCOVERY_PATH = "/.well-known/openid-configuration"

USUAL = dict(default_headers())  # what requests sends with everything
# An address that goes over the wire as it stands: RFC 3986's characters, and a percent sign only before two digits.
PLAIN = re.compile(r"https?://[\w.:\[\]-]+/(?:[\w\-.~:/?@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*", re.ASCII)

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
        self._environment: dict[str, dict[str, Any]] = {}

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """Send it, within the time limits. Raises requests.RequestException."""
        kwargs.setdefault("timeout", TIMEOUT_SECONDS)
        kwargs.setdefault("allow_redirects", False)  # a redirect would carry codes, tokens and our secret elsewhere
        if DISCOVERY_PATH in str(url):
            return self._discovery_document(method, str(url), *args, **kwargs)
        return super().request(method, url, *args, **kwargs)

    def fetch(self, url: str, headers: Mapping[str, str]) -> requests.Response:
        """GET it without following redirects; the body is to be read. Raises requests.RequestException.

        What `request` does anew for every request is done once for every server here: it takes half the time.
        """
        if not PLAIN.fullmatch(url):
            return self.request("GET", url, headers=headers, allow_redirects=False, stream=True)
        prepared = requests.PreparedRequest()
        prepared.method, prepared.url, prepared.hooks = "GET", url, default_hooks()
        prepared.headers = CaseInsensitiveDict({**USUAL, **headers})
        return self.send(prepared, allow_redirects=False, timeout=TIMEOUT_SECONDS, **self._environment_of(url))

    def _environment_of(self, url: str) -> dict[str, Any]:
        """The proxies and the certificate authority for this server; the environment is asked once."""
        server = urlsplit(url).netloc
        if server not in self._environment:
            self._environment[server] = dict(self.merge_environment_settings(url, {}, True, None, None))
        return self._environment[server]

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
