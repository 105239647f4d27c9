"""What changed, in words instead of data. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_IDENTIFIER = re.compile(r"[a-z]+(_[a-z]+)+")  # a word of the program's, such as needs_reauthorization
SHORT = 90  # characters that a line of the log has room for
NOTHING = "nothing"
NAMES = {"reason": "Why", "email": "E-mail"}
ABBREVIATIONS = {"sso": "single sign-on", "url": "address", "id": "ID", "ids": "IDs", "ews": "EWS", "csv": "CSV"}


@dataclass(frozen=True)
class Change:
    """One thing that was different before and after; a side that is None was not recorded."""

    label: str
    before: str | None
    after: str | None

    @property
    def whole(self) -> str:
        """Both sides as one text."""
        return " → ".join(side for side in (self.before, self.after) if side is not None)

    @property
    def is_long(self) -> bool:
        """Whether it needs to be shortened."""
        return len(self.whole) > SHORT

    @property
    def short(self) -> str:
        """Its beginning."""
        return f"{self.whole[:SHORT].rstrip()}…" if self.is_long else self.whole


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """What is on record on either side, key by key; what stayed the same is said once."""
    for key in dict.fromkeys([*before, *after]):
        old = in_words(before[key]) if key in before else None
        new = in_words(after[key]) if key in after else None
        yield Change(label(key), None if old == new else old, new)


def label(key: str) -> str:
    """A key as people would write it: time_zone is "Time zone"."""
    if key in NAMES:
        return NAMES[key]
    words = [ABBREVIATIONS.get(word, word) for word in key.replace("_", " ").split()]
    text = " ".join(words) or key
    return text[:1].upper() + text[1:]


def in_words(value: Any) -> str:
    """A value of any shape: yes and no, lists with commas, parts with their names."""
    if value is None or value in ("", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{label(str(key)).lower()} {_nested(part)}" for key, part in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_nested(part) for part in value)
    text = str(value)
    return text.replace("_", " ") if _IDENTIFIER.fullmatch(text) else text


def _nested(value: Any) -> str:
    text = in_words(value)
    return f"({text})" if isinstance(value, Mapping | list | tuple) and value else text
