"""The clientState: a secret that Microsoft sends back with every notification. Only its digest is kept."""

import hashlib
import hmac
import secrets


def new() -> str:
    """A random one, for one subscription."""
    return secrets.token_urlsafe(32)


def digest(client_state: str) -> str:
    """What is kept of it. It is random and long, so that nobody finds it by trying."""
    return hashlib.sha256(client_state.encode()).hexdigest()


def is_right(client_state: str, kept: str) -> bool:
    """Whether it is the one of which this digest was kept; how long this takes says nothing."""
    return hmac.compare_digest(digest(client_state), kept)
