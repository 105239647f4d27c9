"""What a setting is, before anyone has set it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Tier(StrEnum):
    """Where a value can be set, the widest first."""

    ACCOUNT = "account"
    GROUP = "group"
    USER = "user"


class ImpossibleValueError(ValueError):
    """A value that this setting cannot have; the message says why, in the person's words."""


@dataclass(frozen=True)
class SettingDefinition:
    """A setting. `check` returns a value as it is stored, or raises ImpossibleValueError.

    A switch and its options are one value, so that no tier's option is ever mixed with another tier's switch.
    """

    key: str
    title: str
    description: str
    default: Any
    tiers: frozenset[Tier]
    check: Callable[[Any], Any]

    def __post_init__(self) -> None:
        """Refuse a definition that could never work, when it is made and not when somebody first uses it."""
        if Tier.ACCOUNT not in self.tiers:
            raise ValueError(f"{self.key}: the account tier decides in the end, so that every setting has it")
        if self.check(self.default) != self.default:
            raise ValueError(f"{self.key}: the default is not a value as it would be stored")


def one_of(*words: str) -> Callable[[Any], str]:
    """A check for settings that are one word of a few."""

    def check(value: Any) -> str:
        if value not in words or not isinstance(value, str):
            raise ImpossibleValueError(f"Choose one of: {', '.join(words)}.")
        return value

    return check


def yes_or_no(value: Any) -> bool:
    """A check for switches without options."""
    if not isinstance(value, bool):
        raise ImpossibleValueError("Choose on or off.")
    return value
