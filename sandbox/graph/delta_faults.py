"""Rounds that are told in another way than usual, on purpose."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from uuid import uuid4

from sandbox.graph.call import Call
from sandbox.graph.changes import Entry, elsewhere
from sandbox.graph.delta_token import DeltaToken
from sandbox.tenant.ids import key_from
from sandbox.tenant.mailbox import Json

_FROM_ELSEWHERE = 3


def begun(call: Call, token: DeltaToken) -> DeltaToken:
    """A round that begins, as faults will have it."""
    faults, upn = call.world.faults, call.owner.upn
    if token.since is not None and faults.take("graph.replayed", upn):
        token = replace(token, since=0)
    for masters in ("last", "absent"):
        if faults.take(f"graph.masters_{masters}", upn):
            token = replace(token, masters=masters)
    return token


def told_badly(call: Call, rows: list[Json], kind: str = "item") -> list[Json]:
    """The rows, of which one has something in it that it never has."""
    whole = next((row for row in rows if "@removed" not in row), None)
    if whole is None or not call.world.faults.take(f"graph.unreadable_{kind}", call.owner.upn):
        return rows
    spoilt = {"start": {"dateTime": "soon", "timeZone": "UTC"}} if "start" in whole else {"emailAddresses": "none"}
    return [{**row, **spoilt} if row is whole else row for row in rows]


def never_there(call: Call, token: DeltaToken) -> Iterator[Entry]:
    """Removals of what the client never had."""
    yield Entry(key_from(uuid4()))
    if token.kind == "events":
        yield from islice(elsewhere(call.mailbox, token.window), _FROM_ELSEWHERE)
