"""What somebody looks for in the log of sign-ins. Pure: text from an address goes in, conditions come out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo

from accounts import log_filters
from sso.sign_in_log import words

PARAMETERS = ("outcome", "email", *log_filters.PARAMETERS)


@dataclass(frozen=True, kw_only=True)
class Filters(log_filters.Filters):
    """Besides what all logs can be asked: what came of it, and for whom."""

    outcome: str = ""
    email: str = ""


def read(typed: Mapping[str, str], *, zone: tzinfo) -> log_filters.Asked[Filters]:
    """The filters of these parameters; days are those of the person's time zone."""
    common, errors = log_filters.read(typed, zone)
    known = {value for _heading, choices in words.choices() for value, _title in choices}
    if typed["outcome"] and typed["outcome"] not in known:
        errors["outcome"] = "Choose one of the outcomes of the list."
    filters = Filters(outcome=typed["outcome"], email=typed["email"].lower(), **vars(common))
    return log_filters.Asked(typed, filters, errors)
