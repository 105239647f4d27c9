"""From one day to another, as somebody typed it, into times. Pure."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True)
class DayRange:
    """Times in UTC, `until` being the first one outside, and what is wrong with either day, by parameter."""

    since: datetime | None = None
    until: datetime | None = None
    errors: dict[str, str] = field(default_factory=dict)


def read(first_typed: str, last_typed: str, zone: tzinfo) -> DayRange:
    """The whole days of the zone, both included; the parameters are called `from` and `to`."""
    errors: dict[str, str] = {}
    first, last = _day(first_typed, "from", errors), _day(last_typed, "to", errors)
    if first and last and first > last:
        errors["to"] = "This day is before the first one."
    return DayRange(
        since=_midnight(first, zone) if first else None,
        until=_midnight(last + timedelta(days=1), zone) if last else None,
        errors=errors,
    )


def _day(text: str, name: str, errors: dict[str, str]) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        errors[name] = f"“{text[:30]}” is not a day. Write it like 2026-11-22."
        return None
    if EARLIEST <= day <= LATEST:
        return day
    errors[name] = f"Choose a day between {EARLIEST.year} and {LATEST.year}."
    return None


def _midnight(day: date, zone: tzinfo) -> datetime:
    """When the day begins there, in UTC."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)
