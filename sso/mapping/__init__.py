"""Attributes of an assertion into what they mean here: who somebody is, their role, their groups. Pure.

`reading`, `writing` and `forms` are the way from and to the account's rows.
"""

from sso.mapping.people import (
    DISPLAY_NAMES,
    EMAIL_FORMAT,
    EMAIL_NAMES,
    GIVEN_NAMES,
    SURNAMES,
    Attributes,
    Names,
    Person,
    holds_several,
    is_email,
    person,
    refuse_several_emails,
)
from sso.mapping.rules import MAPPABLE_ROLES, Finding, Outcome, Placement, Rule, outcome, placement

__all__ = [
    "DISPLAY_NAMES",
    "EMAIL_FORMAT",
    "EMAIL_NAMES",
    "GIVEN_NAMES",
    "MAPPABLE_ROLES",
    "SURNAMES",
    "Attributes",
    "Finding",
    "Names",
    "Outcome",
    "Person",
    "Placement",
    "Rule",
    "holds_several",
    "is_email",
    "outcome",
    "person",
    "placement",
    "refuse_several_emails",
]
