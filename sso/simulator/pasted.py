"""Attributes as people paste them: one "name: value" in a line, or JSON. Pure."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sso.mapping import EMAIL_NAMES, Attributes, Names

LONGEST_TEXT = 50_000
MOST_ATTRIBUTES = 200
SHAPE = "Write one attribute in each line, such as “groups: Sales”, or paste a JSON object."


class UnreadableError(ValueError):
    """What was pasted cannot be understood; the message says where, in the person's words."""


def read(text: str) -> dict[str, list[str]]:
    """The attributes; several lines, or a JSON list, are several values, and none is present but empty.

    Raises UnreadableError.
    """
    if len(text) > LONGEST_TEXT:
        raise UnreadableError(f"That is too long: more than {LONGEST_TEXT:,} characters.")
    found = _from_json(text) if text.lstrip().startswith(("{", "[")) else _from_lines(text)
    if len(found) > MOST_ATTRIBUTES:
        raise UnreadableError(f"Those are more than {MOST_ATTRIBUTES} attributes.")
    return found


def written(attributes: Mapping[str, Sequence[str]]) -> str:
    """The attributes as lines that `read` understands, each value on one line."""
    lines = []
    for name, values in attributes.items():
        lines += [f"{name}: {' '.join(str(value).split())}" for value in values] or [f"{name}:"]
    return "\n".join(lines)


def _from_lines(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for number, line in enumerate(text.replace("\0", "").splitlines(), start=1):
        if not line.strip():
            continue
        name, value = _split(line.strip(), number)
        values = found.setdefault(name, [])
        if value:
            values.append(value)
    return found


def _split(line: str, number: int) -> tuple[str, str]:
    """Names are often addresses, with colons of their own: a blank after it, or the end, marks the one that counts."""
    name, colon, value = f"{line} ".partition(": ")
    if not colon and not line.startswith(("urn:", "http:", "https:")):
        name, colon, value = line.partition(":")
    if not colon or not name.strip():
        raise UnreadableError(f"Line {number} has no “name: value”. {SHAPE}")
    return name.strip(), value.strip()


def _from_json(text: str) -> dict[str, list[str]]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f" at line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise UnreadableError(f"This begins like JSON, but is none{where}. {SHAPE}") from error
    if not isinstance(found, dict):
        raise UnreadableError("The JSON has to be an object: attribute names with their values.")
    return {_clean(name): _values(name, values) for name, values in found.items()}


def _values(name: str, values: Any) -> list[str]:
    listed = values if isinstance(values, list) else [] if values is None else [values]
    if not all(isinstance(value, str | int | float) for value in listed):
        raise UnreadableError(f"The values of {_clean(name)} have to be text.")
    texts = [json.dumps(value) if not isinstance(value, str) else _clean(value) for value in listed]
    return [text for text in texts if text]


def _clean(text: str) -> str:
    """Without what no database takes and no identity provider sends: NUL, and halves of characters."""
    return text.replace("\0", "").encode(errors="ignore").decode().strip()


def with_email(attributes: Attributes, email: str, names: Names) -> Attributes:
    """The attributes of somebody with another e-mail: in the attribute that holds it, or in a usual one."""
    if not email:
        return attributes
    held = [name for name in ([names.email] if names.email else EMAIL_NAMES) if name in attributes]
    return {**attributes, (held or [names.email or "mail"])[0]: [email]}
