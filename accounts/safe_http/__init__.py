"""Fetching from addresses that people typed: only from the public internet, never from the networks we stand in.

https://owasp.org/www-community/attacks/Server_Side_Request_Forgery
"""

from accounts.safe_http.fetching import fetch
from accounts.safe_http.places import Place, UnsafeUrlError, checked_addresses, checked_place, is_public

__all__ = ["Place", "UnsafeUrlError", "checked_addresses", "checked_place", "fetch", "is_public"]
