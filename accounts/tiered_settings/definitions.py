"""What a setting is, before anyone has set it. Pure, without Django."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from accounts.tiered_settings.kinds import Kind


class Tier(StrEnum):
    """Where a value can be set, the widest first."""

    ACCOUNT = "account"
    GROUP = "group"
    USER = "user"


EVERY_TIER = frozenset(Tier)


@dataclass(frozen=True)
class SettingDefinition:
    """A setting: what it is called, where it stands on the settings pages, and what values it can have.

    Group admins leave it alone, also for their own groups, where it is for those who manage the account.
    """

    key: str
    title: str
    description: str
    default: Any
    tiers: frozenset[Tier]
    kind: Kind
    tab: str = "Meetings"
    section: str = "Calendar and Contacts"
    for_account_admins: bool = False

    def __post_init__(self) -> None:
        """Refuse a definition that could never work, when it is made and not when somebody first uses it."""
        if Tier.ACCOUNT not in self.tiers:
            raise ValueError(f"{self.key}: the account tier decides in the end, so that every setting has it")
        if self.kind.check(self.default) != self.default:
            raise ValueError(f"{self.key}: the default is not a value as it would be stored")

    @property
    def tab_slug(self) -> str:
        """The tab's name in addresses."""
        return self.tab.lower().replace(" ", "-")
