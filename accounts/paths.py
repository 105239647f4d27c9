"""Where a person may be sent on to: paths of our own, never an address somebody slipped in."""

from django.utils.http import url_has_allowed_host_and_scheme

LONGEST = 2000


def checked_path(candidate: str | None, default: str = "/") -> str:
    """The candidate if it is an absolute path on this site without control characters, else the default."""
    if not candidate or len(candidate) > LONGEST or not candidate.startswith("/") or not candidate.isprintable():
        return default
    return candidate if url_has_allowed_host_and_scheme(candidate, allowed_hosts=None) else default
