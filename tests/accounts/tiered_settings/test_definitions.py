"""Settings that could never work are refused when they are defined."""

from dataclasses import replace

import pytest

from accounts.tiered_settings import registry
from accounts.tiered_settings.definitions import SettingDefinition, Tier
from accounts.tiered_settings.kinds import ImpossibleValueError, Switch
from tests.accounts.tiered_settings.doors import one_of

COLOUR = SettingDefinition(
    "tests.colour", "Colour", "Of the walls.", "white", frozenset(Tier), one_of("white", "green")
)


def test_a_word_is_one_of_those_named() -> None:
    assert COLOUR.kind.check("green") == "green"
    for impossible in ("blue", "", None, True, ["white"], {"white": 1}):
        with pytest.raises(ImpossibleValueError, match="Choose one of: white, green"):
            COLOUR.kind.check(impossible)


def test_a_switch_is_on_or_off() -> None:
    assert Switch().check(True) is True
    for impossible in (1, 0, "yes", None):
        with pytest.raises(ImpossibleValueError):
            Switch().check(impossible)


def test_a_default_that_is_impossible_is_refused() -> None:
    with pytest.raises(ImpossibleValueError):
        replace(COLOUR, default="blue")


def test_a_setting_without_the_account_tier_is_refused() -> None:
    with pytest.raises(ValueError, match="account tier"):
        replace(COLOUR, tiers=frozenset({Tier.USER}))


def test_one_key_is_one_setting() -> None:
    registry.register(COLOUR)
    registry.register(COLOUR)
    with pytest.raises(ValueError, match=r"two settings are called tests\.colour"):
        registry.register(replace(COLOUR, title="Another"))
    assert registry.get("tests.colour") is COLOUR
    with pytest.raises(registry.UnknownSettingError):
        registry.get("tests.nothing")
