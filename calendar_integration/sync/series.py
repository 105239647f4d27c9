"""What a round of meetings refers to and does not bring: masters of series, their instances, single occurrences."""

from collections.abc import Collection

from calendar_integration.clients.base import MeetingRow
from calendar_integration.errors import UnreadableItemError
from calendar_integration.sync import plan
from calendar_integration.sync.held_rows import held_masters
from calendar_integration.sync.source import Reader


def fetch(
    reader: Reader, round_: plan.Round, *, is_full: bool
) -> tuple[dict[str, MeetingRow], dict[str, list[MeetingRow]]]:
    """The masters that rows of series refer to, held or fetched, and the instances of changed series."""
    wanted = round_.masters_of_exceptions() - round_.masters()
    masters = held_masters(reader.connection_id, wanted) if wanted and not is_full else {}
    needs = plan.needs(round_, is_full=is_full)
    found = _masters(reader, round_, needs.masters)
    lost = needs.masters - found.keys()
    _read_singly(reader, round_, lost)
    instances: dict[str, list[MeetingRow]] = {}
    for master_id in sorted(needs.instances - lost):
        answered = reader.client.instances(master_id, reader.window)
        if answered is None:
            round_.unreadable.add(master_id)  # what is held of it stays; if it was deleted, the next round says so
        else:
            instances[master_id] = answered.rows
            plan.fold(round_, unreadable=answered.unreadable)
        reader.keep()
    return masters | found, instances


def _masters(reader: Reader, round_: plan.Round, wanted: Collection[str]) -> dict[str, MeetingRow]:
    """Those of these masters that are to be had."""
    masters: dict[str, MeetingRow] = {}
    for master_id in sorted(wanted):
        if (master := _event(reader, round_, master_id)) is not None:
            masters[master_id] = master
    return masters


def _read_singly(reader: Reader, round_: plan.Round, lost: Collection[str]) -> None:
    """Read each occurrence whose master is not to be had by itself: it may be there all the same.

    One that is gone, too, was deleted meanwhile; what is held of it goes when the server says so.
    """
    for occurrence in [each for each in round_.occurrences.values() if each.master_id in lost]:
        if (row := _event(reader, round_, occurrence.remote_id)) is not None:
            plan.fold(round_, [row])


def _event(reader: Reader, round_: plan.Round, remote_id: str) -> MeetingRow | None:
    """One event, or None where it is gone, or cannot be read, which is noted."""
    event = None
    try:
        event = reader.client.event(remote_id)
    except UnreadableItemError:
        plan.fold(round_, unreadable=[remote_id])
    reader.keep()
    return event
