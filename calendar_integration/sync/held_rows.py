"""What is held of a mailbox, as far as a round has to know it: its keys in one SELECT, and the masters it refers to."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import F, Q, QuerySet, Value
from django.db.models.expressions import Combinable

from accounts.prepared import Prepared
from calendar_integration.clients.base import MeetingRow
from calendar_integration.models import Contact, Meeting, MeetingKind
from calendar_integration.sync.plan import Round

Model = type[Meeting] | type[Contact]

MASTER_OF: dict[Model, Combinable] = {Meeting: F("master_id"), Contact: Value("")}
MANY = 2000  # items of a round, from which asking for the whole mailbox is simpler than naming them


@dataclass(frozen=True)
class HeldRows:
    """Of the rows that are held: the id of each one's master, or "", and the change key it is held with."""

    masters: dict[str, str]
    change_keys: dict[str, str]

    @property
    def is_nothing(self) -> bool:
        """Whether none was found."""
        return not self.masters


def held_for(model: Model, connection_id: int, round_: Round, *, is_full: bool) -> HeldRows:
    """All rows for a full round; for another those that it speaks of, and those of the series that it changes."""
    concerned = Q() if is_full else _concerned(model, round_)
    found = list(_keys(model, connection_id).filter(concerned)) if concerned else ALL[model].rows(owner=connection_id)
    return HeldRows({row[0]: row[1] for row in found}, {row[0]: row[2] for row in found})


def _keys(model: Model, owner: int) -> QuerySet[Any, Any]:
    return model._default_manager.filter(connection=owner).values_list("remote_id", MASTER_OF[model], "change_key")


# Every key of a mailbox: with the first sync, and once a day.
ALL = {model: Prepared(partial(_keys, model), owner=-1) for model in MASTER_OF}


def _concerned(model: Model, round_: Round) -> Q:
    ids = round_.rows.keys() | round_.occurrences.keys()
    if len(ids) > MANY:
        return Q()
    if model is Contact:
        return Q(remote_id__in=ids)
    of_occurrences = round_.masters_of_occurrences()
    ids |= of_occurrences | round_.masters_of_exceptions()
    return Q(remote_id__in=ids) | Q(master_id__in=round_.masters() | of_occurrences | round_.removed)


def held_masters(connection_id: int, ids: Iterable[str]) -> dict[str, MeetingRow]:
    """The masters of these ids that are held, whole."""
    rows = Meeting.objects.filter(connection=connection_id, kind=MeetingKind.MASTER, remote_id__in=list(ids))
    return {values[0]: MeetingRow(*values) for values in rows.values_list(*MeetingRow._fields)}
