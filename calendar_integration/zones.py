"""Windows' names of time zones, as Exchange uses them, in the tz database's words."""

from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tzlocal.windows_tz import win_tz


@lru_cache(maxsize=512)
def to_iana(name: str) -> str:
    """The tz database's name for a Windows or IANA zone; empty for custom zones and unknown ones."""
    candidate = win_tz.get(name, name)
    if not candidate or candidate.startswith("tzone:"):
        return ""
    try:
        ZoneInfo(candidate)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ""
    return candidate
