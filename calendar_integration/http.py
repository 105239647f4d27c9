"""HTTP to Microsoft: one kept-alive session per thread, with time limits on every request."""

import threading
import time
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from django.conf import settings

TIMEOUT_SECONDS = (5, 20)  # to connect; between two bytes of an answer
DISCOVERY_KEPT_SECONDS = 3600
DISCOVERY_PATH = "/.well-known/openid-configuration"

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

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """Send it, within the time limits. Raises requests.RequestException."""
        kwargs.setdefault("timeout", TIMEOUT_SECONDS)
        kwargs.setdefault("allow_redirects", False)  # a redirect would carry codes, tokens and our secret elsewhere
        if DISCOVERY_PATH in str(url):
            return self._discovery_document(method, str(url), *args, **kwargs)
        return super().request(method, url, *args, **kwargs)

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
