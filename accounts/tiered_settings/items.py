"""What a settings page shows of each setting: the value that counts, where it comes from, and who differs below."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db.models import Count

from accounts.models import Account, Group, Membership, SettingValue
from accounts.tiered_settings import words
from accounts.tiered_settings.definitions import SettingDefinition, Tier
from accounts.tiered_settings.kinds import Option
from accounts.tiered_settings.reading import standing
from accounts.tiered_settings.resolution import Answer, Row
from accounts.tiered_settings.targets import Target, account_of, tier_of

NAMES_SHOWN = 3


@dataclass(frozen=True)
class Below:
    """What has been set below a tier: names of some groups, how many groups, and how many people."""

    names: tuple[str, ...] = ()
    groups: int = 0
    people: int = 0


@dataclass(frozen=True)
class Item:
    """A setting on the page of one tier."""

    definition: SettingDefinition
    tier: Tier
    answer: Answer
    below: Below
    may_change: bool = True

    @property
    def own(self) -> Row | None:
        """The row of this very tier. A person's chain holds their groups' rows too, a group's page only its own."""
        return next((row for row in self.answer.chain if row.tier is self.tier), None)

    @property
    def lock(self) -> Row | None:
        """The lock that holds here, whosever it is."""
        return self.answer.locked_by

    @property
    def is_locked_above(self) -> bool:
        """Whether somebody above has locked it, so that nothing can be changed here."""
        return self.lock is not None and self.lock.tier is not self.tier

    @property
    def lock_label(self) -> str:
        """Which tier's lock it is."""
        return words.lock_label(self.lock, here=not self.is_locked_above) if self.lock else ""

    @property
    def source_label(self) -> str:
        """Where the value comes from."""
        return words.source_label(self.answer, self.tier)

    @property
    def is_on(self) -> bool:
        """How the switch stands."""
        return self.definition.kind.is_on(self.answer.value)

    @property
    def hidden_in_words(self) -> str:
        """This tier's own value where a lock above hides it, or nothing."""
        hidden = self.own if self.is_locked_above else None
        return self.definition.kind.in_words(hidden.value) if hidden else ""

    @property
    def has_lock_button(self) -> bool:
        """Whether this tier can lock it: there is somebody below."""
        return self.tier is not Tier.USER and self.definition.tiers != {Tier.ACCOUNT}

    @property
    def fields(self) -> list[tuple[Option, str]]:
        """The options with what is chosen; none while it is switched off."""
        kind = self.definition.kind
        chosen = kind.chosen(self.answer.value)
        return [(option, chosen.get(option.name, "")) for option in kind.options] if self.is_on else []


def items(
    target: Target, definitions: Sequence[SettingDefinition], may_change: Callable[[SettingDefinition], bool]
) -> list[Item]:
    """The settings of this tier: three queries, however many settings, groups and people there are."""
    tier = tier_of(target)
    shown = [definition for definition in definitions if tier in definition.tiers]
    keys = [definition.key for definition in shown]
    answers, below = standing(target, keys), _below(target, keys)
    return [Item(each, tier, answers[each.key], below.get(each.key, Below()), may_change(each)) for each in shown]


def _below(target: Target, keys: Sequence[str]) -> dict[str, Below]:
    rows = SettingValue.objects.filter(account=account_of(target), key__in=keys)
    people = rows.filter(tier=Tier.USER)
    if isinstance(target, Group):
        people = people.filter(user__in=Membership.objects.filter(group=target).values("user"))
    elif not isinstance(target, Account):
        return {}
    counts = dict(people.values_list("key").annotate(Count("pk")))
    names: dict[str, list[str]] = defaultdict(list)
    if isinstance(target, Account):
        for key, name in rows.filter(tier=Tier.GROUP).order_by("group__priority").values_list("key", "group__name"):
            names[key].append(name)
    return {key: Below(tuple(names[key][:NAMES_SHOWN]), len(names[key]), counts.get(key, 0)) for key in keys}
