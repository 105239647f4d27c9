"""What a round means for the rows held: pure, without Django and without any client.

First `fold` takes the pages; then the caller fetches what `needs` names; then `finish` gives the actions.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Protocol

MASTER = "seriesMaster"
OCCURRENCE = "occurrence"
SUSPICIOUS_FROM = 10  # rows held, from which a full round with none is not believed at once
BELIEVED_AFTER = timedelta(minutes=15)


class Row(Protocol):
    """An item as it is written: any named tuple with an id."""

    @property
    def remote_id(self) -> str:
        """The item's immutable id."""


@dataclass
class Round:
    """The pages of a round, folded: the last word on each item."""

    rows: dict[str, Any] = field(default_factory=dict)
    occurrences: dict[str, Any] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    unreadable: set[str] = field(default_factory=set)  # what is held of these stays as it is

    @property
    def is_empty(self) -> bool:
        """Whether the round says nothing at all."""
        return not (self.rows or self.occurrences or self.removed or self.unreadable)

    def masters(self) -> set[str]:
        """Ids of the series described in this round."""
        return {key for key, row in self.rows.items() if getattr(row, "kind", "") == MASTER}

    def masters_of_occurrences(self) -> set[str]:
        """Ids of the series whose occurrences arrived stripped."""
        return {occurrence.master_id for occurrence in self.occurrences.values()}

    def masters_of_exceptions(self) -> set[str]:
        """Ids of the series whose changed occurrences arrived whole."""
        return {row.master_id for row in self.rows.values() if getattr(row, "master_id", "")}


@dataclass(frozen=True)
class Needs:
    """What has to be fetched before the round can be finished."""

    masters: frozenset[str]
    instances: frozenset[str]


@dataclass(frozen=True)
class Actions:
    """What to write and what to delete; the ids to delete may include some that are not held."""

    upserts: list[Any]
    deletes: set[str]


def fold(
    round_: Round,
    rows: Iterable[Row] = (),
    occurrences: Iterable[Any] = (),
    removed: Iterable[str] = (),
    unreadable: Iterable[str] = (),
) -> None:
    """Add a page: what it says of an item replaces what earlier pages said."""
    for row in rows:
        _forget(round_, row.remote_id)
        round_.rows[row.remote_id] = row
    for occurrence in occurrences:
        _forget(round_, occurrence.remote_id)
        round_.occurrences[occurrence.remote_id] = occurrence
    for remote_id in unreadable:
        _forget(round_, remote_id)
        round_.unreadable.add(remote_id)
    for remote_id in removed:
        _forget(round_, remote_id)
        round_.removed.add(remote_id)


def _forget(round_: Round, remote_id: str) -> None:
    round_.rows.pop(remote_id, None)
    round_.occurrences.pop(remote_id, None)
    round_.removed.discard(remote_id)
    round_.unreadable.discard(remote_id)


def needs(round_: Round, *, is_full: bool) -> Needs:
    """What the pages lack.

    A full round brings every occurrence, stripped: their masters are needed. Later a changed master says nothing
    of its occurrences reliably, not even which are gone: its instances are needed, and replace what was held. Nor does
    a master that is not told with its occurrences: it may have changed with them, and the one that is held be old.
    """
    described = round_.masters()
    lacking = round_.masters_of_occurrences() - described
    return Needs(masters=frozenset(lacking), instances=frozenset() if is_full else frozenset(described | lacking))


def still_unreadable(known: Iterable[str], round_: Round, instances: Mapping[str, list[Any]]) -> set[str]:
    """The ids of what cannot be read after a round that goes on from where these could not be."""
    told = round_.rows.keys() | round_.occurrences.keys() | round_.removed
    told |= {row.remote_id for rows in instances.values() for row in rows}
    return (set(known) - told) | round_.unreadable


def finish(
    round_: Round,
    *,
    is_full: bool,
    held: Mapping[str, str],
    masters: Mapping[str, Any],
    instances: Mapping[str, list[Any]],
    change_keys: Mapping[str, str] = MappingProxyType({}),
) -> Actions:
    """The actions of a round.

    `held` maps the ids held to their master's id or "", for those that may be concerned, and `change_keys` to the
    change key they are held with. `masters` are the masters held or fetched, by id; `instances` the whole occurrences
    of each changed master.
    """
    replaced = {row.remote_id: row for rows in instances.values() for row in rows}
    known_masters = {**masters, **{key: round_.rows[key] for key in round_.masters()}}
    upserts = {
        **_completed(round_, known_masters, replaced_masters=set(instances)),
        **{key: _as_repeating(row, known_masters) for key, row in round_.rows.items() if _is_current(row, instances)},
        **{key: _as_repeating(row, known_masters) for key, row in replaced.items()},
    }
    # Masters fetched for their occurrences' sake are kept for the rounds to come.
    upserts |= {key: row for key, row in masters.items() if key not in round_.removed and key not in upserts}
    if is_full:
        gone = set(held)
    else:
        gone = round_.removed | {key for key, master in held.items() if master in instances or master in round_.removed}
    return Actions(_changed(upserts, known_masters, change_keys), gone - upserts.keys() - round_.unreadable)


def _changed(rows: Mapping[str, Any], masters: Mapping[str, Any], change_keys: Mapping[str, str]) -> list[Any]:
    """The rows but for those that are held as they are: an item has another change key after every change.

    What a row takes from its master changes with the master's key, not with its own: both have to be as they are held.
    A release that reads items otherwise empties the column by a migration, so that every row is compared once.
    """

    def is_held(row: Any) -> bool:
        return row is not None and row.change_key != "" and change_keys.get(row.remote_id) == row.change_key

    def is_unchanged(row: Any) -> bool:
        master_id = getattr(row, "master_id", "")
        return is_held(row) and (not master_id or is_held(masters.get(master_id)))

    return [row for row in rows.values() if not is_unchanged(row)] if change_keys else list(rows.values())


def _is_current(row: Any, instances: Mapping[str, list[Any]]) -> bool:
    """Whether the row's own word counts: an exception of an expanded series counts as its instances say."""
    return getattr(row, "master_id", "") not in instances or row.kind == MASTER


def _as_repeating(row: Any, masters: Mapping[str, Any]) -> Any:
    """The row with its series' pattern, which only the master carries; a row of no series as it is."""
    master = masters.get(getattr(row, "master_id", ""))
    return row._replace(pattern=master.pattern) if master is not None else row


def _completed(round_: Round, masters: Mapping[str, Any], *, replaced_masters: set[str]) -> dict[str, Any]:
    """Stripped occurrences with their master's text; those of a series that is expanded anyway are left to that."""
    whole = {}
    for key, occurrence in round_.occurrences.items():
        master = masters.get(occurrence.master_id)
        if master is not None and occurrence.master_id not in replaced_masters | round_.removed:
            whole[key] = complete(occurrence, master)
    return whole


def complete(occurrence: Any, master: Any) -> Any:
    """An occurrence as a whole row: the master's text at the occurrence's time."""
    all_day = master.start_date is not None
    return master._replace(
        remote_id=occurrence.remote_id,
        change_key=occurrence.change_key,
        kind=OCCURRENCE,
        master_id=occurrence.master_id,
        start_at=None if all_day else occurrence.start_at,
        end_at=None if all_day else occurrence.end_at,
        start_date=occurrence.start_at.date() if all_day else None,
        end_date=occurrence.end_at.date() if all_day else None,
    )


def is_suspicious(round_: Round, *, held_count: int, claimed_for: timedelta | None) -> bool:
    """Whether a full round's claim that all is gone is not believed yet.

    `claimed_for`: since when an earlier full round has said the same, or None.
    """
    if round_.rows or round_.occurrences or held_count < SUSPICIOUS_FROM:
        return False
    return claimed_for is None or claimed_for < BELIEVED_AFTER
