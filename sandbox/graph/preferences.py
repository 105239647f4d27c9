"""The Prefer header: page size, kind of ids, time zone and body format.

https://learn.microsoft.com/graph/api/event-delta
"""

import re
from dataclasses import dataclass
from typing import Self

from starlette.datastructures import Headers

from sandbox.graph.errors import bad_request
from sandbox.tenant.ids import public_id
from sandbox.tenant.timezones import UnknownTimeZone, zone_of

_PREFERENCE = re.compile(r"""([\w.\-]+)\s*=\s*(?:"([^"]*)"|([^,;\s]+))""")
_DEFAULT_PAGE = 10
_LARGEST_PAGE = 1000


@dataclass(frozen=True)
class Preferences:
    """What the caller prefers; `applied` is what Preference-Applied answers.

    The last two are no preferences but faults: ids as after a move, and a clock that is so many seconds off.
    """

    page_size: int = _DEFAULT_PAGE
    immutable_ids: bool = False
    time_zone: str = "UTC"
    text_bodies: bool = False
    applied: tuple[str, ...] = ()
    moved_ids: bool = False
    clock_off: float = 0

    def id_of(self, key: str) -> str:
        """The id to show for a key."""
        return public_id(key, immutable=self.immutable_ids, moved=self.moved_ids)

    @classmethod
    def read(cls, headers: Headers) -> Self:
        """From one or several Prefer headers. Raises GraphError for an unknown time zone."""
        header = ", ".join(headers.getlist("prefer"))
        given = {name.casefold(): quoted or bare for name, quoted, bare in _PREFERENCE.findall(header)}
        size = given.get("odata.maxpagesize", "")
        applied = [
            f'{name}="{given[name.casefold()]}"' if name != "odata.maxpagesize" else f"{name}={size}"
            for name in ("IdType", "odata.maxpagesize", "outlook.timezone", "outlook.body-content-type")
            if name.casefold() in given
        ]
        return cls(
            page_size=min(max(1, int(size)), _LARGEST_PAGE) if size.isdigit() else _DEFAULT_PAGE,
            immutable_ids=given.get("idtype", "").casefold() == "immutableid",
            time_zone=_checked_zone(given.get("outlook.timezone", "UTC")),
            text_bodies=given.get("outlook.body-content-type", "").casefold() == "text",
            applied=tuple(applied),
        )


def _checked_zone(name: str) -> str:
    try:
        zone_of(name)
    except UnknownTimeZone as error:
        message = f"The following TimeZone value is not supported: '{name}'."
        raise bad_request(message, "TimeZoneNotSupportedException") from error
    return name
