"""Outlook item ids: the mailbox's own key, and the two forms in which Graph shows it.

An occurrence's key is its master's key followed by the local date of the occurrence.
https://learn.microsoft.com/graph/outlook-immutable-id
"""

import base64
from datetime import date
from uuid import UUID, uuid5

NAMESPACE = UUID("7d1f2c1e-5f0a-4b53-9f5e-a71a05b0c0de")
KEY_LENGTH = 22

_IMMUTABLE = "AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A"
_MUTABLE = "AAMkAGVmMDEzMTM4LTZmYWUtNDdkNC1hMDZiLTU1OGY5OTZhYmY4OABGAAAAAAAiQ8W967B7TKBjgx9rVEURBwAiIsqM"
# The same, as they would read after the item was moved.
_MOVED = "AAMkAGVmMDEzMTM4LTZmYWUtNDdkNC1hMDZiLTU1OGY5OTZhYmY4OABGAAAAAAAiQ8W967B7TKBjgx9rVEURBwDkR1fM"
_END = "AAA="


def stable_uuid(*names: str) -> UUID:
    """The same UUID for the same names, on every machine."""
    return uuid5(NAMESPACE, "/".join(names))


def key_from(value: UUID) -> str:
    """The 22 characters under which a mailbox keeps an item."""
    return base64.urlsafe_b64encode(value.bytes).decode().rstrip("=")


def occurrence_key(master: str, day: date) -> str:
    """Key of the occurrence of a series on a local date."""
    return f"{master}{day:%Y%m%d}"


def split_key(key: str) -> tuple[str, str | None]:
    """(key of the single or master, ISO date of the occurrence or None)."""
    master, day = key[:KEY_LENGTH], key[KEY_LENGTH:]
    return master, f"{day[:4]}-{day[4:6]}-{day[6:]}" if day else None


def public_id(key: str, *, immutable: bool, moved: bool = False) -> str:
    """The id Graph shows for a key; only an immutable one stays what it was when the item was moved."""
    mutable = _MOVED if moved else _MUTABLE
    return f"{_IMMUTABLE if immutable else mutable}{key}{_END}"


def key_of(public: str) -> str | None:
    """The key behind any form of id, or None for something else."""
    for prefix in (_IMMUTABLE, _MUTABLE, _MOVED):
        if public.startswith(prefix) and public.endswith(_END):
            return public[len(prefix) : -len(_END)]
    return None
