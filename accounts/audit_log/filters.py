"""What somebody looks for in the audit log. Pure: text from an address goes in, conditions come out."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import tzinfo

from accounts import log_filters

PARAMETERS = ("action", "who", "target", *log_filters.PARAMETERS)


@dataclass(frozen=True, kw_only=True)
class Filters(log_filters.Filters):
    """Besides what all logs can be asked: what was done, by whom, to whom or what."""

    action: str = ""
    who: str = ""
    target: str = ""


def read(typed: Mapping[str, str], *, actions: Collection[str], zone: tzinfo) -> log_filters.Asked[Filters]:
    """The filters of these parameters; days are those of the person's time zone."""
    common, errors = log_filters.read(typed, zone)
    if typed["action"] and typed["action"] not in actions:
        errors["action"] = "Choose one of the actions of the list."
    filters = Filters(action=typed["action"], who=typed["who"], target=typed["target"], **vars(common))
    return log_filters.Asked(typed, filters, errors)
