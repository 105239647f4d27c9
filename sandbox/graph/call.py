"""One authorized call: who calls, whose mailbox, and how they want the answer."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from starlette.requests import Request

from sandbox.graph.errors import GraphError, bad_request
from sandbox.graph.preferences import Preferences
from sandbox.tenant.calendar import Window
from sandbox.tenant.ids import key_of
from sandbox.tenant.mailbox import Json, Mailbox
from sandbox.tenant.model import Person, Tenant
from sandbox.world import World

_LONGEST_VIEW_DAYS = 1825
_FIRST_YEAR, _LAST_YEAR = 1601, 4500
_WINDOW_NEEDED = (
    "This request requires a time window specified by the query string parameters StartDateTime and EndDateTime."
)


@dataclass(frozen=True)
class Call:
    """`query` holds the parameters by lower-case name, `body` what was posted."""

    request: Request
    world: World
    tenant: Tenant
    caller: Person
    owner: Person
    scopes: frozenset[str]
    prefer: Preferences
    query: dict[str, str]
    body: Json = field(default_factory=dict)

    @property
    def mailbox(self) -> Mailbox:
        """The mailbox the call is about."""
        return self.tenant.mailboxes[self.owner.oid]

    @property
    def base(self) -> str:
        """The address the caller used for Graph, for absolute links."""
        return f"{str(self.request.base_url).rstrip('/')}/v1.0"

    @property
    def select(self) -> list[str]:
        """Names in $select."""
        return [name.strip() for name in self.query.get("$select", "").split(",") if name.strip()]

    def context(self, fragment: str) -> str:
        """@odata.context of an answer."""
        return f"{self.base}/$metadata#{fragment}"

    def number(self, name: str, default: int, largest: int = 1000) -> int:
        """A paging parameter. Raises GraphError unless it is a number in range."""
        text = self.query.get(name, str(default))
        if not text.isdigit() or int(text) > largest:
            raise bad_request(f"Invalid value '{text}' for '{name}' query option found.", "BadRequest")
        return int(text)


def item_key(public: str) -> str:
    """The key behind an item id. Raises GraphError as Graph does for a made-up id."""
    key = key_of(public)
    if key is None:
        raise bad_request("Id is malformed.", "ErrorInvalidIdMalformed")
    return key


def window_of(call: Call, start: str = "startdatetime", end: str = "enddatetime") -> Window:
    """The window in the query; without an offset the times are UTC. Raises GraphError."""
    if start not in call.query or end not in call.query:
        raise bad_request(_WINDOW_NEEDED, "ErrorInvalidParameter")
    window = Window(_moment(call.query[start]), _moment(call.query[end]))
    if window.end < window.start:
        raise bad_request("The end time must be later than the start time.", "ErrorInvalidParameter")
    if (window.end - window.start).days > _LONGEST_VIEW_DAYS:
        raise bad_request(
            "The range between the start and end dates is greater than the allowed range."
            f" Maximum number of days: {_LONGEST_VIEW_DAYS}",
            "ErrorInvalidRequest",
        )
    return window


def _moment(text: str) -> datetime:
    try:
        # An unencoded "+" of an offset arrives as a space.
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError as error:
        raise bad_request(f"The value '{text}' is not a valid date and time.") from error
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise bad_request(f"The value '{text}' is out of range.")
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def own_mailbox_only(call: Call) -> None:
    """Delegated rights without `.Shared` end at the caller's own mailbox. Raises GraphError."""
    if call.owner.oid != call.caller.oid:
        raise GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
