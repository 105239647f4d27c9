"""The column of the users list that says how people's connections stand, never what is in their mailboxes."""

from collections.abc import Collection, Sequence

from django.db.models import Q

from accounts.extensions import Cell
from calendar_integration.models import Connection, ConnectionState

TONES = {
    ConnectionState.PENDING: "waiting",
    ConnectionState.ACTIVE: "good",
    ConnectionState.STALE: "wrong",
    ConnectionState.NEEDS_REAUTHORIZATION: "wrong",
    ConnectionState.BLOCKED_BY_ADMIN: "waiting",
    ConnectionState.MAILBOX_UNSUPPORTED: "wrong",
    ConnectionState.DISCONNECTED_BY_POLICY: "waiting",
}


class ConnectionColumn:
    """Office 365: the state of each person's connection."""

    title = "Office 365"
    slug = "connection"

    def choices(self) -> Sequence[tuple[str, str]]:
        """The states; the first is that of people who never connected."""
        return [(state.value, str(state.label)) for state in ConnectionState]

    def condition(self, value: str) -> Q:
        """The users whose connection is in this state; nobody for a word that is no state."""
        if value == ConnectionState.NONE:
            return Q(connection=None) | Q(connection__state=value)
        return Q(connection__state=value) if value in ConnectionState else Q(pk__in=[])

    def cells(self, user_ids: Collection[int]) -> dict[int, Cell]:
        """Their states: one query."""
        states = dict(Connection.objects.filter(user__in=user_ids).values_list("user_id", "state"))
        return {person: _cell(ConnectionState(states.get(person, ConnectionState.NONE))) for person in user_ids}


def _cell(state: ConnectionState) -> Cell:
    return Cell(str(state.label), TONES.get(state, ""))
