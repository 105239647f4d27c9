"""Rounds that are told in another way than usual, on purpose."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from uuid import uuid4

from sandbox.graph.call import Call
from sandbox.graph.changes import Entry, elsewhere
from sandbox.graph.delta_token import DeltaToken
from sandbox.tenant.ids import key_from

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


def never_there(call: Call, token: DeltaToken) -> Iterator[Entry]:
    """Removals of what the client never had."""
    yield Entry(key_from(uuid4()))
    if token.kind == "events":
        yield from islice(elsewhere(call.mailbox, token.window), _FROM_ELSEWHERE)
