"""Reading what has been set: any number of settings in one query for one person, in two for any number of people."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import Account, Group, Membership, SettingValue, User
from accounts.prepared import Prepared
from accounts.tiered_settings import registry
from accounts.tiered_settings.definitions import Tier
from accounts.tiered_settings.resolution import Answer, Row, resolve
from accounts.tiered_settings.targets import Target, account_of

ROW = ("tier", "value", "locked", "group__name", "group__priority", "reason", "set_by", "set_at")
Rows = dict[str, dict[Tier, list[Row]]]


def effective(user: User, keys: Iterable[str]) -> dict[str, Answer]:
    """The value that counts for this person, with its reasons, for each setting: one query."""
    return standing(user, keys)


def standing(target: Target, keys: Iterable[str]) -> dict[str, Answer]:
    """What counts for a person, for the account, or for a group's members as far as the group decides: one query."""
    if isinstance(target, User):
        return _of_person(target, list(keys))
    concerned = Q(group=target) if isinstance(target, Group) else Q()
    return _answers(account_of(target), concerned, keys)


@cache
def _rows_of_person(keys: int) -> Prepared:
    """What concerns a person of so many settings: every sign-in asks this, and most pages."""

    def make(account: int, user: int, **wanted: str) -> QuerySet[SettingValue]:
        concerned = Q(tier=Tier.ACCOUNT) | Q(group__memberships__user=user) | Q(user=user)
        found = SettingValue.objects.filter(concerned, account=account, key__in=list(wanted.values()))
        return found.select_related("group")

    examples = {f"key{number}": f"an example {number}" for number in range(keys)}
    return Prepared(make, SettingValue, Group, account=-1, user=-2, **examples)


def _of_person(user: User, wanted: Sequence[str]) -> dict[str, Answer]:
    if not wanted:
        return {}
    values = {f"key{number}": key for number, key in enumerate(wanted)}
    rows: Rows = defaultdict(lambda: defaultdict(list))
    for found, group in _rows_of_person(len(wanted)).rows(account=user.account_id, user=user.pk, **values):
        place = (group.name, group.priority) if group else ("", 0)
        row = make_row(found.tier, found.value, found.locked, *place, found.reason, found.set_by, found.set_at)
        rows[found.key][row.tier].append(row)
    return {key: _resolved(key, rows[key]) for key in wanted}


def hypothetical(
    account: Account, user: User | None, group_ids: Collection[int], keys: Iterable[str]
) -> dict[str, Answer]:
    """What would count for a person (None: somebody new) if these were their groups, and no others: one query."""
    concerned = Q(group__in=group_ids)
    return _answers(account, concerned | Q(user=user) if user else concerned, keys)


def _answers(account: Account, concerned: Q, keys: Iterable[str]) -> dict[str, Answer]:
    wanted = list(keys)
    found = SettingValue.objects.filter(Q(tier=Tier.ACCOUNT) | concerned, account=account.pk, key__in=wanted)
    rows: Rows = defaultdict(lambda: defaultdict(list))
    for key, *fields in found.values_list("key", *ROW):
        row = make_row(*fields)
        rows[key][row.tier].append(row)
    return {key: _resolved(key, rows[key]) for key in wanted}


def _resolved(key: str, rows: Mapping[Tier, list[Row]]) -> Answer:
    account, user = (next(iter(rows[tier]), None) for tier in (Tier.ACCOUNT, Tier.USER))
    return resolve(registry.get(key).default, account=account, groups=rows[Tier.GROUP], user=user)


def make_row(*fields: Any) -> Row:
    """The fields of ROW as the resolution takes them."""
    tier, value, locked, name, priority, reason, set_by, set_at = fields
    return Row(Tier(tier), value, locked, name or "", priority or 0, reason, set_by, set_at)


@dataclass(frozen=True)
class Everyone:
    """What counts for many people: `usual` for all who are not among the others."""

    usual: Answer
    others: Mapping[int, Answer]

    def of(self, user_id: int) -> Answer:
        """What counts for this person."""
        return self.others.get(user_id, self.usual)


def effective_for_all(
    account: Account, keys: Iterable[str], people: Collection[int] | None = None
) -> dict[str, Everyone]:
    """The same as `effective` for these people of the account (None: everyone): two queries, however many they are."""
    wanted = list(keys)
    values = SettingValue.objects.filter(account=account, key__in=wanted)
    memberships = Membership.objects.filter(group__setting_values__in=values, group__account=account).distinct()
    if people is not None:
        values = values.filter(~Q(tier=Tier.USER) | Q(user__in=people))
        memberships = memberships.filter(user__in=people)
    found: dict[str, list[tuple[int | None, int | None, Row]]] = defaultdict(list)
    for key, group_id, user_id, *fields in values.values_list("key", "group_id", "user_id", *ROW):
        found[key].append((group_id, user_id, make_row(*fields)))
    groups_of: dict[int, list[int]] = defaultdict(list)
    for user_id, group_id in memberships.values_list("user_id", "group_id"):
        groups_of[user_id].append(group_id)
    return {key: _everyone(key, found[key], groups_of) for key in wanted}


def _everyone(
    key: str, found: Sequence[tuple[int | None, int | None, Row]], groups_of: Mapping[int, list[int]]
) -> Everyone:
    default = registry.get(key).default
    account = next((row for group, user, row in found if group is None and user is None), None)
    of_groups = {group: row for group, _user, row in found if group is not None}
    own = {user: row for _group, user, row in found if user is not None}
    known: dict[tuple[int, ...], Answer] = {}

    def answer(person: int) -> Answer:
        """People in the same groups share their answer, unless they have a row of their own."""
        groups = tuple(group for group in groups_of.get(person, ()) if group in of_groups)
        rows = [of_groups[group] for group in groups]
        if person in own:
            return resolve(default, account=account, groups=rows, user=own[person])
        if groups not in known:
            known[groups] = resolve(default, account=account, groups=rows, user=None)
        return known[groups]

    usual = resolve(default, account=account, groups=(), user=None)
    return Everyone(usual, {person: answer(person) for person in {*own, *groups_of}})
