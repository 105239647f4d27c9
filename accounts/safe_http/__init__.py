"""Fetching from addresses that people typed: only from the public internet, never from the networks we stand in.

https://owasp.org/www-community/attacks/Server_Side_Request_Forgery
"""

from accounts.safe_http.adapter import CheckedAdapter
from accounts.safe_http.fetching import Reply, fetch, greet
from accounts.safe_http.places import (
    NotReachableError,
    Place,
    Resolver,
    UnsafeUrlError,
    checked_addresses,
    checked_place,
    is_public,
    system_resolver,
)

__all__ = [
    "CheckedAdapter",
    "NotReachableError",
    "Place",
    "Reply",
    "Resolver",
    "UnsafeUrlError",
    "checked_addresses",
    "checked_place",
    "fetch",
    "greet",
    "is_public",
    "system_resolver",
]
