"""Who is affected by a change before it is made, and exactly how.

A preview makes the change itself in a transaction that is taken back, and compares everyone before and after: it can
say nothing else than what will happen.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from accounts import extensions
from accounts.models import Account, User
from accounts.tiered_settings import registry, revision
from accounts.tiered_settings.definitions import Tier
from accounts.tiered_settings.reading import Everyone, effective_for_all
from accounts.tiered_settings.resolution import Answer

Change = Callable[[], Mapping[int, str]]


@dataclass(frozen=True)
class Difference:
    """A person for whom something changes: what counts before and after, and what else happens to them, in words."""

    user_id: int
    key: str
    before: Answer
    after: Answer
    consequence: str = ""


@dataclass(frozen=True)
class Impact:
    """What a change would do to the active people of an account. `revision` is the version this was seen at.

    `people` is how many it could affect; `locked` and `freed` count those who can no longer choose for themselves, or
    can again, which only settings of the user tier let them.
    """

    revision: int
    people: int
    differences: tuple[Difference, ...]
    locked: int = 0
    freed: int = 0
    remarks: tuple[str, ...] = ()

    @property
    def affected(self) -> int:
        """How many people something changes for, each counted once."""
        return len({difference.user_id for difference in self.differences})

    @property
    def consequences(self) -> list[tuple[str, int]]:
        """What else happens, in words, and to how many; the most frequent first."""
        return Counter(d.consequence for d in self.differences if d.consequence).most_common()

    @property
    def unaffected(self) -> int:
        """How many people nothing changes for."""
        return self.people - self.affected


def preview(
    account: Account, change: Change, *, keys: Sequence[str] | None = None, people: Collection[int] | None = None
) -> Impact:
    """Make the change, look at what differs, and take it back.

    `change` writes, and answers what happened to whom, as extensions.run_consequences does; what it raises is raised.
    `keys` are the settings to look at (None: all), `people` those it can affect (None: everyone active in the
    account). A constant number of queries, however many people there are.
    """
    wanted = list(keys) if keys is not None else [definition.key for definition in registry.all_definitions()]
    with transaction.atomic():
        seen = revision.lock(account)
        active = _active(account, people)
        before = effective_for_all(account, wanted, people)
        consequences = change()
        after = effective_for_all(account, wanted, people)
        remarks = extensions.remarks_on(wanted, account, people)
        transaction.set_rollback(True)
    differences = [d for key in wanted for d in _differences(key, active, before[key], after[key])]
    told = _with_consequences(wanted[0], differences, consequences, active, before, after)
    locked, freed = _locks(active, before, after)
    return Impact(seen, len(active), tuple(told), locked, freed, remarks)


def _active(account: Account, people: Collection[int] | None) -> list[int]:
    users = User.objects.filter(account=account, is_active=True)
    if people is not None:
        users = users.filter(pk__in=people)
    return list(users.order_by("pk").values_list("pk", flat=True))


def _differences(key: str, people: Sequence[int], before: Everyone, after: Everyone) -> Iterator[Difference]:
    """Those whose value differs; nobody is looked at one by one where nothing can differ."""
    candidates = people
    if before.usual.value == after.usual.value:
        candidates = [person for person in people if person in before.others or person in after.others]
    for person in candidates:
        was, will_be = before.of(person), after.of(person)
        if was.value != will_be.value:
            yield Difference(person, key, was, will_be)


def _with_consequences(
    key: str,
    differences: Sequence[Difference],
    consequences: Mapping[int, str],
    active: Collection[int],
    before: Mapping[str, Everyone],
    after: Mapping[str, Everyone],
) -> list[Difference]:
    """The differences with what else happens, once per person; and, under this key, those to whom only that happens."""
    known = set(active)
    left = {person: words for person, words in consequences.items() if person in known}
    told = []
    for d in differences:
        told.append(Difference(d.user_id, d.key, d.before, d.after, left.pop(d.user_id, "")))
    for person, words in left.items():
        told.append(Difference(person, key, before[key].of(person), after[key].of(person), words))
    return sorted(told, key=lambda d: (not d.consequence, d.user_id))


def _locks(people: Sequence[int], before: Mapping[str, Everyone], after: Mapping[str, Everyone]) -> tuple[int, int]:
    locked = freed = 0
    for key, was in before.items():
        if Tier.USER not in registry.get(key).tiers:
            continue
        for person in people:
            had, has = was.of(person).locked_by is not None, after[key].of(person).locked_by is not None
            locked += has and not had
            freed += had and not has
    return locked, freed
