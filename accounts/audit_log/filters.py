"""What somebody looks for in the audit log. Pure: text from an address goes in, conditions come out."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from accounts import day_range

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
    days = day_range.read(typed["from"], typed["to"], zone)
    filters = Filters(
        action=typed["action"],
        who=typed["who"],
        target=typed["target"],
        since=days.since,
        until=days.until,
        reference=spelt(typed["reference"]),
    )
    return Asked(typed, filters, errors | days.errors)


def spelt(reference: str) -> str:
    """A reference as it is kept, however somebody wrote it down: 7f3k22xb is 7F3K-22XB."""
    characters = reference.upper().replace("-", "").replace(" ", "")
    return f"{characters[:4]}-{characters[4:]}" if len(characters) == 8 else reference.upper()
