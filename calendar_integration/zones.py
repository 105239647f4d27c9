"""Windows' names of time zones, as Exchange uses them, in the tz database's words."""

from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tzlocal.windows_tz import win_tz

# Places whose names in CLDR's table of Windows zones are no longer those people use.
RENAMED = {"Europe/Kiev": "Europe/Kyiv", "Asia/Calcutta": "Asia/Kolkata", "Asia/Katmandu": "Asia/Kathmandu"}


@lru_cache(maxsize=512)
def to_iana(name: str) -> str:
    """The tz database's name for a Windows or IANA zone; empty for custom zones and unknown ones."""
    candidate = win_tz.get(name, name)
    candidate = RENAMED.get(candidate, candidate)
    if not candidate or candidate.startswith("tzone:"):
        return ""
    try:
        ZoneInfo(candidate)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ""
    return candidate
