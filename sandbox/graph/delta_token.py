"""What a $skiptoken or $deltatoken carries: sealed, so that only tokens of this sandbox are taken.

https://learn.microsoft.com/graph/delta-query-overview
"""

import base64
import hashlib
import hmac
import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Self

from sandbox.tenant.calendar import Window


class UnknownToken(ValueError):  # noqa: N818 - named for what it is
    """Not a token of this sandbox."""


@dataclass(frozen=True)
class DeltaToken:
    """A place in a round.

    `since` is the change number the client already has (None: nothing yet), `until` the one this round brings
    it to. `after` is the place of the last row sent, `paused` says that an empty page was just sent. `masters` says
    where a fault wants the masters of this round: "last" or "absent".
    """

    kind: str
    oid: str
    generation: int
    until: int
    since: int | None = None
    start: str | None = None
    end: str | None = None
    select: str = ""
    after: str = ""
    paused: bool = False
    masters: str = ""

    @property
    def window(self) -> Window:
        """The window frozen in the token."""
        return Window(datetime.fromisoformat(self.start or ""), datetime.fromisoformat(self.end or ""))

    def next_page(self, after: str, *, paused: bool = False) -> Self:
        """The same round, further on."""
        return replace(self, after=after, paused=paused)

    def next_round(self, until: int) -> Self:
        """The round after this one."""
        return replace(self, since=self.until, until=until, after="", paused=False, masters="")

    def sealed(self, seal: str) -> str:
        """As it stands in a link."""
        content = base64.urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode().rstrip("=")
        return f"{content}.{_mac(content, seal)}"

    @classmethod
    def read(cls, text: str, seal: str) -> Self:
        """The token in a link. Raises UnknownToken."""
        content, _, mac = text.rpartition(".")
        if not hmac.compare_digest(mac.encode(), _mac(content, seal).encode()):
            raise UnknownToken(text)
        return cls(**json.loads(base64.urlsafe_b64decode(content + "=" * (-len(content) % 4))))


def _mac(content: str, seal: str) -> str:
    return hmac.new(seal.encode(), content.encode(), hashlib.sha256).hexdigest()[:32]
