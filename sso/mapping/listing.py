"""The mapping as its page shows it: a page of rules at a time, and what can be typed into its fields."""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator

from accounts.models import Account, Group, Membership, Role, User
from sso.models import MappingRule, SignInAttempt

PAGE = 50
ATTEMPTS_LOOKED_AT = 20
GROUPS_OFFERED = 1_000
OWNERS_NAMED = 3


@dataclass(frozen=True)
class Owners:
    """The people whose role a rule could replace although they are owners: how many, and the first of them."""

    number: int
    names: tuple[str, ...]


@dataclass(frozen=True)
class RuleLine:
    """A rule in the list, with its place in the account's whole order, counted from 1."""

    rule: MappingRule
    place: int


def rules_page(account: Account, number: str | int) -> tuple[Page[MappingRule], list[RuleLine]]:
    """A page of the rules in their order: two queries."""
    rules = MappingRule.objects.filter(account=account).select_related("group").order_by("position", "pk")
    page = Paginator(rules, PAGE).get_page(number)
    return page, [RuleLine(rule, place) for place, rule in enumerate(page, start=page.start_index())]


def place_of(rule: MappingRule) -> int:
    """Where the rule stands, counted from 1."""
    return MappingRule.objects.filter(account=rule.account_id, position__lte=rule.position).count()


def known_attributes(account: Account) -> list[str]:
    """The names of attributes that arrived lately, by name: one query."""
    attempts = SignInAttempt.objects.filter(account=account).exclude(attributes={}).order_by("-id")
    rows = attempts.values_list("attributes", flat=True)[:ATTEMPTS_LOOKED_AT]
    return sorted({name for attributes in rows for name in attributes}, key=str.casefold)


def group_names(account: Account) -> list[str]:
    """The groups that the field of a rule suggests: the first thousand in their order."""
    groups = Group.objects.filter(account=account).order_by("priority")
    return list(groups.values_list("name", flat=True)[:GROUPS_OFFERED])


def owners_of(account: Account) -> Owners:
    """The active owners, by name: two queries."""
    owners = User.objects.filter(account=account, role=Role.OWNER, is_active=True).order_by("name", "pk")
    return Owners(owners.count(), tuple(str(owner) for owner in owners[:OWNERS_NAMED]))


def newly_decided(account: Account, group: Group | None) -> int:
    """How many people are in a group for which there is exactly one rule, which is new; 0 for any other."""
    if group is None or MappingRule.objects.filter(account=account, group=group).count() != 1:
        return 0
    return Membership.objects.filter(group=group).count()
