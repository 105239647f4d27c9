"""What somebody looks for in the log of sign-ins. Pure: text from an address goes in, conditions come out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from accounts import day_range
from sso.sign_in_log import words

PARAMETERS = ("outcome", "email", "reference", "from", "to")
SUCCEEDED, REFUSED = "succeeded", "refused"


@dataclass(frozen=True)
class Filters:
    """Conditions that all have to hold; empty ones say nothing. `until` is the first time outside."""

    outcome: str = ""
    email: str = ""
    reference: str = ""
    since: datetime | None = None
    until: datetime | None = None


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


def read(typed: Mapping[str, str], *, zone: tzinfo) -> Asked:
    """The filters of these parameters; days are those of the person's time zone."""
    days = day_range.read(typed["from"], typed["to"], zone)
    errors = dict(days.errors)
    known = {"", SUCCEEDED, REFUSED, *(reason for reason, _ in words.choices())}
    if typed["outcome"] not in known:
        errors["outcome"] = "Choose one of the outcomes of the list."
    filters = Filters(
        outcome=typed["outcome"],
        email=typed["email"].lower(),
        reference=typed["reference"].upper(),
        since=days.since,
        until=days.until,
    )
    return Asked(typed, filters, errors)
