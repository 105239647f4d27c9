"""A made-up setting of every tier, and what people do with it."""

from typing import Any

from accounts.models import Account, Group, Membership, User
from accounts.tiered_settings import registry, store
from accounts.tiered_settings.definitions import EVERY_TIER, SettingDefinition, Tier
from accounts.tiered_settings.kinds import Choice, Switch
from accounts.tiered_settings.store import Action, Change
from accounts.tiered_settings.targets import Target


def one_of(*words: str) -> Choice:
    """A choice whose words are their own labels."""
    return Choice(tuple((word, word) for word in words))


WORDS = one_of("open", "shut", "ajar")
DOOR = SettingDefinition("tests.door", "Door", "Of the office.", "open", EVERY_TIER, WORDS, "House", "Entrances")
GATE = SettingDefinition(
    "tests.gate",
    "Gate",
    "Of the yard.",
    "open",
    frozenset({Tier.ACCOUNT}),
    one_of("open", "shut"),
    "House",
    "Entrances",
)
LAMP = SettingDefinition("tests.lamp", "Lamp", "Over the door.", False, EVERY_TIER, Switch(), "House", "Light")


def register_doors() -> None:
    """Make them known."""
    for definition in (DOOR, GATE, LAMP):
        registry.register(definition)


def make_group(account: Account, name: str, priority: int, *members: User) -> Group:
    """A group with these members."""
    group = Group.objects.create(account=account, name=name, priority=priority)
    for member in members:
        Membership.objects.create(group=group, user=member)
    return group


def do(target: Target, action: Action, value: Any = None, **more: Any) -> dict[int, str]:
    """Do something to the door."""
    reason = more.pop("reason", "Draughts" if action is Action.LOCK else "")
    return store.apply(Change(target, "tests.door", action, value, reason), **{"actor": "a test", **more})


def door_of(user: User) -> str:
    """What counts for this person."""
    return str(store.effective(user, ["tests.door"])["tests.door"].value)
