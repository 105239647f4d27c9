"""Changing the mapping, audited. Nothing happens to anybody until they next sign in."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.http import HttpRequest

from accounts.groups.order import moved
from accounts.models import Account, Group, Role, User
from accounts.tiered_settings import revision
from sso import options
from sso.mapping.auditing import described, record
from sso.mapping.people import Names
from sso.models import AttributeNames, IdentityProvider, MappingRule

MOST_RULES = 2_000


class TooManyRulesError(Exception):
    """The account has as many rules as it can have."""


class DuplicateRuleError(Exception):
    """Another rule says the same, or decides first, so that this one would never count. `place` is where it stands."""

    def __init__(self, place: int) -> None:
        super().__init__(place)
        self.place = place


@dataclass(frozen=True)
class Content:
    """What a rule says: exactly one of role and group is given."""

    attribute: str
    match: str
    value: str
    role: str = ""
    group: Group | None = None


@transaction.atomic
def add(
    account: Account, content: Content, *, place: int | None, actor: User, request: HttpRequest | None = None
) -> MappingRule:
    """A new rule at this place, counted from 1, or last. Raises TooManyRulesError and DuplicateRuleError."""
    revision.lock(account, actor=actor)
    ids = ids_in_order(account)
    if len(ids) >= MOST_RULES:
        raise TooManyRulesError
    _refuse_duplicate(account, content, ids)
    rule = MappingRule.objects.create(account=account, position=len(ids) + 1, **vars(content))
    renumber(account, moved([*ids, rule.pk], rule.pk, place or len(ids) + 1))
    record(account, actor, request, after=described(rule))
    return rule


@transaction.atomic
def change(
    rule: MappingRule, content: Content, *, place: int | None, actor: User, request: HttpRequest | None = None
) -> None:
    """Another content or place for a rule. Raises DuplicateRuleError, or DoesNotExist where it is gone."""
    account = rule.account
    revision.lock(account, actor=actor)
    rule = MappingRule.objects.select_related("group").get(pk=rule.pk)
    before, ids = described(rule), ids_in_order(account)
    _refuse_duplicate(account, content, ids, but=rule)
    for name, part in vars(content).items():
        setattr(rule, name, part)
    rule.save()
    if place is not None:
        renumber(account, moved(ids, rule.pk, place))
    after = described(rule)
    if before != after:
        record(account, actor, request, before=before, after=after)


@transaction.atomic
def delete(rule: MappingRule, *, actor: User, request: HttpRequest | None = None) -> None:
    """Delete a rule; those behind it move up. Raises DoesNotExist where it is gone."""
    account = rule.account
    revision.lock(account, actor=actor)
    rule = MappingRule.objects.select_related("group").get(pk=rule.pk)
    before = described(rule)
    rule.delete()
    renumber(account, ids_in_order(account))
    record(account, actor, request, before=before)


@transaction.atomic
def move(rule: MappingRule, step: int, *, actor: User, request: HttpRequest | None = None) -> None:
    """Move a rule so many places down, or up where it is negative. Raises DoesNotExist where it is gone."""
    account = rule.account
    revision.lock(account, actor=actor)
    rule = MappingRule.objects.select_related("group").get(pk=rule.pk)
    before, ids = described(rule), ids_in_order(account)
    renumber(account, moved(ids, rule.pk, ids.index(rule.pk) + 1 + step))
    after = described(rule)
    if before != after:
        record(account, actor, request, before=before, after=after)


@transaction.atomic
def name_attributes(account: Account, names: Names, *, actor: User, request: HttpRequest | None = None) -> None:
    """Say which attributes hold e-mail and name; what is said already changes nothing."""
    revision.lock(account, actor=actor)
    row = AttributeNames.objects.filter(account=account).first() or AttributeNames(account=account)
    before = {"email": row.email, "name": row.name}
    after = {"email": names.email, "name": names.name}
    if before == after:
        return
    row.email, row.name = names.email, names.name
    row.save()
    if actor.role != Role.OWNER:
        # Whoever says which attribute is the address says who somebody is: owners want to have seen that.
        for provider in IdentityProvider.objects.select_related("account").filter(account=account):
            options.change(provider, "owners_may_use", False, actor=actor, request=request)
    record(account, actor, request, before=before, after=after)


def ids_in_order(account: Account) -> list[int]:
    """The account's rules, the one that counts first in front."""
    return list(MappingRule.objects.filter(account=account).order_by("position", "pk").values_list("pk", flat=True))


def _refuse_duplicate(account: Account, content: Content, ids: Sequence[int], but: MappingRule | None = None) -> None:
    """Two rules that look for the same may give different groups, but not two roles: the first one decides."""
    same = MappingRule.objects.filter(account=account, group=content.group)
    same = same.filter(attribute=content.attribute, match=content.match, value=content.value)
    others = same.exclude(pk=but.pk) if but else same
    found = others.values_list("pk", flat=True).first()
    if found is not None:
        raise DuplicateRuleError(ids.index(found) + 1)


def renumber(account: Account, ids: Sequence[int]) -> None:
    """Give the rules the positions 1, 2, 3 in this order."""
    known = dict(MappingRule.objects.filter(account=account).values_list("pk", "position"))
    wanted = [MappingRule(pk=pk, position=place) for place, pk in enumerate(ids, start=1) if known[pk] != place]
    MappingRule.objects.bulk_update(wanted, ["position"])
