"""The state of a synchronization: sealed, so that only states of this server, mailbox and folder are taken.

https://learn.microsoft.com/exchange/client-developer/exchange-web-services/mailbox-synchronization-and-ews-in-exchange
"""

import base64
import hashlib
import hmac
import json
from dataclasses import asdict, dataclass, replace
from typing import Self

from sandbox.ews.call import Call
from sandbox.ews.errors import EwsError

_NOTHING_YET = -1
# Behind every key.
_LAST = "~"


@dataclass(frozen=True)
class SyncState:
    """Up to the change number `since` the caller has everything; `caught_up` was that of the last complete round.

    They differ in the middle of a round. Of several items with that number the caller has those up to the key `after`.
    """

    folder: str
    oid: str
    generation: int
    since: int = _NOTHING_YET
    caught_up: int = _NOTHING_YET
    after: str = _LAST

    @classmethod
    def first(cls, call: Call, folder: str) -> Self:
        """Of somebody who has nothing yet."""
        return cls(folder, call.owner.oid, call.mailbox.generation)

    def within(self, number: int, after: str) -> Self:
        """Further on in the same round."""
        return replace(self, since=number, after=after)

    def at_end(self, number: int) -> Self:
        """After a complete round."""
        return replace(self, since=number, caught_up=number, after=_LAST)

    def sealed(self, call: Call) -> str:
        """As it stands in an answer."""
        content = json.dumps(asdict(self)).encode()
        return base64.b64encode(_mac(content, call) + content).decode()

    @classmethod
    def read(cls, call: Call, text: str, folder: str) -> Self:
        """The state in a request. Raises EwsError."""
        try:
            sealed = base64.b64decode(text, validate=True)
        except ValueError as error:
            raise invalid_state() from error
        mac, content = sealed[:_MAC_LENGTH], sealed[_MAC_LENGTH:]
        if not hmac.compare_digest(mac, _mac(content, call)):
            raise invalid_state()
        state = cls(**json.loads(content))
        if (state.folder, state.oid, state.generation) != (folder, call.owner.oid, call.mailbox.generation):
            raise invalid_state()
        return state


def invalid_state() -> EwsError:
    """The caller has to begin again."""
    return EwsError("ErrorInvalidSyncStateData", "Synchronization state data is corrupt or otherwise invalid.")


_MAC_LENGTH = hashlib.sha256().digest_size


def _mac(content: bytes, call: Call) -> bytes:
    return hmac.new(call.world.keys.seal.encode(), content, hashlib.sha256).digest()
