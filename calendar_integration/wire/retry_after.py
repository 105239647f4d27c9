"""How long a server asks to be left alone.

https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
"""

import email.utils
from datetime import timedelta

from django.utils import timezone

LONGEST_WAIT = timedelta(hours=1)


def retry_after(header: str) -> timedelta | None:
    """How long to wait, from seconds or an HTTP date; at most an hour."""
    if header.isascii() and header.isdigit():
        return min(timedelta(seconds=int(header[:9])), LONGEST_WAIT)
    try:
        wait = email.utils.parsedate_to_datetime(header) - timezone.now()
    except (TypeError, ValueError):
        return None
    return max(timedelta(0), min(wait, LONGEST_WAIT))
