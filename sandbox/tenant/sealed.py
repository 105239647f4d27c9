"""Items that are read from their JSON when somebody looks: between two resets, most mailboxes are never looked at."""

from collections.abc import Callable, Iterator, MutableMapping
from typing import Any, Generic, TypeVar

import orjson

Json = dict[str, Any]
T = TypeVar("T")


class Sealed(MutableMapping[str, T], Generic[T]):
    """Items by key, as in a dict, from the snapshot's JSON of so many. They are counted without a look at them."""

    def __init__(self, json: bytes, count: int, read: Callable[[Json], T]) -> None:
        self._json, self._count, self._read = json, count, read
        self._opened: dict[str, T] | None = None

    def __getitem__(self, key: str) -> T:
        return self._items()[key]

    def __setitem__(self, key: str, item: T) -> None:
        self._items()[key] = item

    def __delitem__(self, key: str) -> None:
        del self._items()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items())

    def __len__(self) -> int:
        return self._count if self._opened is None else len(self._opened)

    def plain(self) -> object:
        """For the snapshot's JSON: as it was read, where nobody has looked."""
        return orjson.Fragment(self._json) if self._opened is None else self._opened

    def _items(self) -> dict[str, T]:
        if self._opened is None:
            self._opened = {key: self._read(row) for key, row in orjson.loads(self._json).items()}
        return self._opened
