"""What somebody looks for in the audit log. Pure: text from an address goes in, conditions come out."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)
PARAMETERS = ("action", "who", "target", "from", "to", "reference")


@dataclass(frozen=True)
class Filters:
    """Conditions that all have to hold; empty ones say nothing. Times are in UTC, `until` is the first one outside."""

    action: str = ""
    who: str = ""
    target: str = ""
    since: datetime | None = None
    until: datetime | None = None
    reference: str = ""


@dataclass(frozen=True)
class Asked:
    """What was typed, as it was, the filters it makes, and what is wrong with it, by parameter."""

    typed: Mapping[str, str]
    filters: Filters
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def in_use(self) -> dict[str, str]:
        """The parameters that were filled in."""
        return {name: text for name, text in self.typed.items() if text}


def read(typed: Mapping[str, str], *, actions: Collection[str], zone: tzinfo) -> Asked:
    """The filters of these parameters; days are those of the person's time zone."""
    errors: dict[str, str] = {}
    if typed["action"] and typed["action"] not in actions:
        errors["action"] = "Choose one of the actions of the list."
    first, last = (_day(typed[name], name, errors) for name in ("from", "to"))
    if first and last and first > last:
        errors["to"] = "This day is before the first one."
    filters = Filters(
        action=typed["action"],
        who=typed["who"],
        target=typed["target"],
        since=_midnight(first, zone) if first else None,
        until=_midnight(last + timedelta(days=1), zone) if last else None,
        reference=typed["reference"].upper(),
    )
    return Asked(typed, filters, errors)


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
