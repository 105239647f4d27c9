"""Very many items of a mailbox, each made from its number when somebody looks: a large mailbox takes no memory."""

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from sandbox.tenant.journal import Collection
from sandbox.tenant.sealed import Sealed

Json = dict[str, Any]
T = TypeVar("T")
Make = Callable[[str, Json, int, str], T]

TAG_LENGTH = 15
_DIGITS = 7
_LENGTH = timedelta(minutes=30)
# No zone is further from UTC than this.
_MARGIN = timedelta(days=1)


@dataclass(frozen=True)
class Recipe:
    """How the items are made: from a template in turn, every `step` minutes from `first` on (ISO, wall clock).

    `tag` ends every key. `change` and `modified` are of the change that brought them all.
    """

    collection: Collection
    count: int
    tag: str
    templates: list[Json]
    first: str = ""
    step: int = 0
    change: int = 0
    modified: str = ""

    def key(self, number: int) -> str:
        """The key of the item with a number."""
        return f"{number:0{_DIGITS}d}{self.tag}"

    def number(self, key: str) -> int | None:
        """The number behind a key; None of another item's."""
        digits, tag = key[:_DIGITS], key[_DIGITS:]
        return int(digits) if tag == self.tag and digits.isdigit() and int(digits) < self.count else None

    def properties(self, number: int) -> Json:
        """What the item with a number is like."""
        template = self.templates[number % len(self.templates)]
        own = self._event(template, number) if self.collection == "events" else self._contact(template, number)
        return {**template, **own}

    def _event(self, template: Json, number: int) -> Json:
        begins = datetime.fromisoformat(self.first) + timedelta(minutes=self.step * number)
        return {
            "subject": f"{template['subject']} #{number}",
            "start": {**template["start"], "dateTime": begins.isoformat()},
            "end": {**template["end"], "dateTime": (begins + _LENGTH).isoformat()},
        }

    @staticmethod
    def _contact(template: Json, number: int) -> Json:
        name = f"{template['displayName']} {number}"
        return {"displayName": name, "emailAddresses": [{"name": name, "address": f"contact{number}@bulk.example"}]}

    def near(self, start: datetime, end: datetime) -> range:
        """The numbers of those that may overlap a span of time, and a few beside them."""
        first = datetime.fromisoformat(self.first).replace(tzinfo=start.tzinfo)
        step = timedelta(minutes=self.step)
        lowest, highest = (start - _MARGIN - _LENGTH - first) // step, (end + _MARGIN - first) // step
        return range(min(max(0, lowest), self.count), min(max(0, highest + 1), self.count))


class Bulk(MutableMapping[str, T], Generic[T]):
    """Items by key, as in a dict: those that are `kept`, and those made by the recipe that are not `gone`.

    One that is made is a copy: whoever changes it puts it back, and from then on it is kept.
    """

    def __init__(self, recipe: Recipe, kept: MutableMapping[str, T], make: Make[T], gone: Iterable[int] = ()) -> None:
        self.recipe, self.kept, self._make, self.gone = recipe, kept, make, set(gone)

    def __getitem__(self, key: str) -> T:
        if key in self.kept:
            return self.kept[key]
        number = self.recipe.number(key)
        if number is None or number in self.gone:
            raise KeyError(key)
        return self.made(number)

    def __setitem__(self, key: str, item: T) -> None:
        self.kept[key] = item
        self._take(key)

    def __delitem__(self, key: str) -> None:
        if not self._take(key) and key not in self.kept:
            raise KeyError(key)
        self.kept.pop(key, None)

    def _take(self, key: str) -> bool:
        """The item is not made any more; whether it was until now."""
        number = self.recipe.number(key)
        if number is None or number in self.gone:
            return False
        self.gone.add(number)
        return True

    def __iter__(self) -> Iterator[str]:
        yield from self.kept
        yield from map(self.recipe.key, self.numbers(range(self.recipe.count)))

    def __len__(self) -> int:
        return len(self.kept) + self.recipe.count - len(self.gone)

    def made(self, number: int) -> T:
        """The item with a number, as the recipe makes it."""
        recipe = self.recipe
        return self._make(recipe.key(number), recipe.properties(number), recipe.change, recipe.modified)

    def numbers(self, among: range) -> Iterator[int]:
        """Those of a range that are still made."""
        return (number for number in among if number not in self.gone)


def kept(items: Mapping[str, T]) -> Iterable[T]:
    """The items that are kept in memory."""
    return items.kept.values() if isinstance(items, Bulk) else items.values()


def near(items: Mapping[str, T], start: datetime, end: datetime) -> Iterator[T]:
    """The kept items, and of the others those that may overlap a span of time."""
    yield from kept(items)
    if isinstance(items, Bulk):
        yield from map(items.made, items.numbers(items.recipe.near(start, end)))


def load(saved: Json, read: Callable[[Json], T], make: Make[T]) -> MutableMapping[str, T]:
    """Items from the snapshot's JSON."""
    rows = saved["kept"] if "recipe" in saved else saved
    items = {key: read(row) for key, row in rows.items()}
    return Bulk(Recipe(**saved["recipe"]), items, make, saved["gone"]) if "recipe" in saved else items


def plain(value: object) -> object:
    """For the snapshot's JSON, what it could not write by itself. Raises TypeError."""
    if isinstance(value, Sealed):
        return value.plain()
    if isinstance(value, Bulk):
        return {"recipe": value.recipe, "kept": value.kept, "gone": sorted(value.gone)}
    raise TypeError(type(value).__name__)
