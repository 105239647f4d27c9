"""Ids of items and folders as Exchange Web Services writes them: other ones than Graph's, and bound to their mailbox.

https://learn.microsoft.com/exchange/client-developer/exchange-web-services/ews-identifiers-in-exchange
A ChangeKey is another one after each change of the item.
"""

import base64
import binascii
from dataclasses import dataclass

from sandbox.ews.errors import access_denied, malformed_id
from sandbox.tenant.ids import KEY_LENGTH
from sandbox.tenant.model import Person

EVENT, CONTACT, FOLDER = "E", "C", "F"
_HEAD = b"\x00\x03\x24\x00"
_CHANGE_HEAD = b"\x0f\x00\x00\x00\x16\x00\x00\x00"
_OID_LENGTH = 36


@dataclass(frozen=True)
class Reference:
    """What an id stands for. `key` is the mailbox's key of an item, or the well-known name of a folder."""

    kind: str
    key: str


def ews_id(owner: Person, kind: str, key: str) -> str:
    """The id of an item or folder of somebody's mailbox."""
    return base64.b64encode(_HEAD + f"{owner.oid}{kind}{key}".encode()).decode()


def referred(owner: Person, public: str) -> Reference:
    """What an id stands for in somebody's mailbox. Raises EwsError."""
    try:
        content = base64.b64decode(public, validate=True)
        text = content.removeprefix(_HEAD).decode("ascii")
    except (binascii.Error, ValueError) as error:
        raise malformed_id() from error
    oid, kind, key = text[:_OID_LENGTH], text[_OID_LENGTH : _OID_LENGTH + 1], text[_OID_LENGTH + 1 :]
    if not content.startswith(_HEAD) or kind not in (EVENT, CONTACT, FOLDER) or not _is_key(kind, key):
        raise malformed_id()
    if oid != owner.oid:
        raise access_denied()
    return Reference(kind, key)


def _is_key(kind: str, key: str) -> bool:
    """An occurrence's key ends in its date."""
    if kind == FOLDER:
        return key.isalpha()
    day = key[KEY_LENGTH:]
    return len(key) >= KEY_LENGTH and (not day or (kind == EVENT and len(day) == 8 and day.isdigit()))


def change_key(key: str, change: int) -> str:
    """The ChangeKey of an item's state after a change."""
    return base64.b64encode(_CHANGE_HEAD + key[:8].encode() + change.to_bytes(6, "big")).decode()
