"""What the filters of every log have in common: days, a reference, and what was typed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Generic, TypeVar

from django.db.models import Q
from django.http import HttpRequest

from accounts import day_range
from accounts.requests import query_text

PARAMETERS = ("from", "to", "reference")
LONGEST = 254


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Conditions that all have to hold; empty ones say nothing. Times are in UTC, `until` is the first one outside."""

    since: datetime | None = None
    until: datetime | None = None
    reference: str = ""

    def conditions(self) -> Q:
        """What these three ask of a row."""
        asked = {"at__gte": self.since, "at__lt": self.until, "reference": self.reference}
        return Q(**{name: value for name, value in asked.items() if value})


Kind = TypeVar("Kind", bound=Filters)


@dataclass(frozen=True)
class Asked(Generic[Kind]):
    """What was typed, as it was, the filters it makes, and what is wrong with it, by parameter."""

    typed: Mapping[str, str]
    filters: Kind
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def in_use(self) -> dict[str, str]:
        """The parameters that were filled in."""
        return {name: text for name, text in self.typed.items() if text}


def typed_in(request: HttpRequest, parameters: Iterable[str]) -> dict[str, str]:
    """What the address says for these parameters."""
    return {name: query_text(request, name, longest=LONGEST) for name in parameters}


def read(typed: Mapping[str, str], zone: tzinfo) -> tuple[Filters, dict[str, str]]:
    """What the common parameters make, and what is wrong with them; days are those of the person's time zone."""
    days = day_range.read(typed["from"], typed["to"], zone)
    return Filters(since=days.since, until=days.until, reference=spelt(typed["reference"])), days.errors


def spelt(reference: str) -> str:
    """A reference as it is kept, however somebody wrote it down: 7f3k22xb is 7F3K-22XB."""
    characters = reference.upper().replace("-", "").replace(" ", "")
    return f"{characters[:4]}-{characters[4:]}" if len(characters) == 8 else reference.upper()
