"""The rows of an account as the pure mapping takes them."""

from accounts.models import Account
from accounts.prepared import Prepared
from sso.mapping.people import USUAL, Attributes, Names
from sso.mapping.rules import Outcome, Rule, outcome
from sso.models import AttributeNames, MappingRule, Match

RULES = Prepared(
    lambda account: (
        MappingRule.objects.filter(account=account)
        .order_by("position", "pk")
        .values_list("attribute", "value", "match", "role", "group_id")
    ),
    account=-1,
)


def names_of(account: Account) -> Names:
    """Which attributes hold e-mail and name: one query, or none where the account was loaded with its names."""
    try:
        row = account.attribute_names
    except AttributeNames.DoesNotExist:
        return USUAL
    return Names(row.email, row.name)


def rules_of(account: Account) -> list[Rule]:
    """The account's rules in their order: one query."""
    return [
        Rule(attribute, value, match == Match.CONTAINS, role, group)
        for attribute, value, match, role, group in RULES.rows(account=account.pk)
    ]


def outcome_of(account: Account, attributes: Attributes, name_id: str, name_id_format: str) -> Outcome:
    """What the account's mapping makes of an assertion: two queries. Raises SamlError as mapping.person does."""
    return outcome(attributes, name_id, name_id_format, names_of(account), rules_of(account))
