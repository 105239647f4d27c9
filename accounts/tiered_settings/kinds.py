"""What values a setting can have, how they are switched and chosen, and how they read. Pure, without Django."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


class ImpossibleValueError(ValueError):
    """A value that this setting cannot have; the message says why, in the person's words.

    `help_path` is a page of ours that says what to do about it, if there is one.
    """

    help_path = ""


@dataclass(frozen=True)
class Option:
    """A part of a value that is chosen besides its switch. Without choices it is text.

    `only_with` names another option and the value at which this one counts; it is hidden otherwise where the browser
    can, and has no effect in any case.
    """

    name: str
    label: str
    choices: tuple[tuple[str, str], ...] = ()
    as_radio: bool = False
    hint: str = ""
    only_with: tuple[str, str] | None = None


class Kind(Protocol):
    """How values of a setting behave.

    A switch and its options are one value, so that no tier's option is ever mixed with another tier's switch.
    """

    @property
    def has_switch(self) -> bool:
        """Whether it can be on or off."""

    @property
    def options(self) -> tuple[Option, ...]:
        """What is chosen besides."""

    def check(self, value: Any) -> Any:
        """The value as it is stored. Raises ImpossibleValueError."""

    def is_on(self, value: Any) -> bool:
        """Whether the switch of this value is on; true for values without a switch."""

    def switched(self, value: Any, on: bool) -> Any:
        """The value with its switch turned; a switch that is turned already changes nothing."""

    def chosen(self, value: Any) -> dict[str, str]:
        """The options of this value, as a form shows them."""

    def with_options(self, value: Any, submitted: Mapping[str, str]) -> Any:
        """The value with what a form submitted. Raises ImpossibleValueError."""

    def in_words(self, value: Any) -> str:
        """The value for people, such as "On" or "The first time they sign in"."""


@dataclass(frozen=True)
class Switch:
    """On or off, and nothing else."""

    on: str = "On"
    off: str = "Off"

    has_switch = True
    options: tuple[Option, ...] = ()

    def check(self, value: Any) -> bool:
        """True and False are the values."""
        if not isinstance(value, bool):
            raise ImpossibleValueError("Choose on or off.")
        return value

    def is_on(self, value: Any) -> bool:
        """The value itself."""
        return bool(value)

    def switched(self, value: Any, on: bool) -> bool:  # noqa: ARG002 - the value has no other part
        """The other value."""
        return on

    def chosen(self, value: Any) -> dict[str, str]:  # noqa: ARG002 - there is nothing to choose
        """Nothing."""
        return {}

    def with_options(self, value: Any, submitted: Mapping[str, str]) -> Any:  # noqa: ARG002 - as above
        """The value as it was."""
        return value

    def in_words(self, value: Any) -> str:
        """On, or off."""
        return self.on if value else self.off


@dataclass(frozen=True)
class Choice:
    """One word of a few, each with its label; `off`, if there is one, is what the switch turns it to."""

    labels: tuple[tuple[str, str], ...]
    off: str | None = None
    off_label: str = "Off"
    label: str = ""

    @property
    def has_switch(self) -> bool:
        """Whether one of the words is off."""
        return self.off is not None

    @property
    def options(self) -> tuple[Option, ...]:
        """The words; few enough to see them all at once where they belong to a switch."""
        return (Option("choice", self.label, self.labels, as_radio=self.has_switch),)

    def check(self, value: Any) -> str:
        """One of the words."""
        words = [word for word, _label in self.labels] + ([self.off] if self.off is not None else [])
        if not isinstance(value, str) or value not in words:
            raise ImpossibleValueError(f"Choose one of: {', '.join(label for _word, label in self.labels)}.")
        return value

    def is_on(self, value: Any) -> bool:
        """Whether it is another word than off."""
        return bool(value != self.off)

    def switched(self, value: Any, on: bool) -> Any:
        """Off, or the first of the words."""
        if on == self.is_on(value) or self.off is None:
            return value
        return self.labels[0][0] if on else self.off

    def chosen(self, value: Any) -> dict[str, str]:
        """The word."""
        return {"choice": str(value)}

    def with_options(self, value: Any, submitted: Mapping[str, str]) -> Any:
        """The word that was submitted, if one was."""
        return self.check(submitted["choice"]) if "choice" in submitted else value

    def in_words(self, value: Any) -> str:
        """The word's label."""
        return dict(self.labels).get(value, self.off_label)
