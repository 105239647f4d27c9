"""What stories about the attribute mapping need."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from accounts.models import Account, Group, Role
from sso.models import MappingRule, Match
from sso.saml import Assertion
from tests.sso.making import make_assertion


def make_rule(
    account: Account,
    attribute: str,
    value: str,
    gives: Group | Role,
    *,
    match: Match = Match.EXACT,
) -> MappingRule:
    """A rule behind all others of the account."""
    given: dict[str, Any] = {"group": gives} if isinstance(gives, Group) else {"role": gives.value}
    place = MappingRule.objects.filter(account=account).count() + 1
    return MappingRule.objects.create(
        account=account, position=place, attribute=attribute, value=value, match=match, **given
    )


def saying(assertion: Assertion | None = None, /, **attributes: Sequence[str]) -> Assertion:
    """An answer, by default about Ana, with these attributes besides her e-mail and name."""
    known = assertion or make_assertion()
    return replace(known, attributes={**known.attributes, **{name: list(each) for name, each in attributes.items()}})
