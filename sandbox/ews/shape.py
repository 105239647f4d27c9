"""Which properties of an item or folder the caller wants.

https://learn.microsoft.com/exchange/client-developer/exchange-web-services/property-sets-and-response-shapes-in-ews-in-exchange
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, NamedTuple, Self, TypeVar

from sandbox.ews.xml import Element, children, find, text_at

View = TypeVar("View")
# The URI of properties that look for themselves at what is asked for.
ANY = "*"


@dataclass(frozen=True)
class Shape:
    """`asked` are field URIs beside those of the base shape; an indexed one is followed by a slash and its index."""

    base: str = "IdOnly"
    asked: frozenset[str] = frozenset()
    body: str = "Best"

    @classmethod
    def read(cls, node: Element | None) -> Self:
        """From an ItemShape or FolderShape."""
        if node is None:
            return cls()
        paths = children(find(node, "t:AdditionalProperties"))
        base = text_at(node, "t:BaseShape") or "IdOnly"
        return cls(base, frozenset(map(_uri, paths)), text_at(node, "t:BodyType") or "Best")

    def wants(self, uri: str, *, is_default: bool) -> bool:
        """Whether a property is part of the answer."""
        everything = uri == ANY or self.base == "AllProperties"
        return everything or (is_default and self.base == "Default") or uri in self.asked

    def entries(self, uri: str, whole: str) -> Callable[[str], bool]:
        """Whether an entry of a dictionary is part of the answer; `whole` is the URI of the dictionary."""
        everything = self.base != "IdOnly" or whole in self.asked
        return lambda index: everything or f"{uri}/{index}" in self.asked


def _uri(path: Element) -> str:
    index = path.get("FieldIndex")
    uri = path.get("FieldURI", "")
    return f"{uri}/{index}" if index else uri


class Field(NamedTuple, Generic[View]):
    """A property: its field URI, how it is written (None: it has none), and where it is part of an answer.

    `in_lists`: FindItem and SyncFolderItems leave out what needs the whole item.
    """

    uri: str
    make: Callable[[View], Element | None]
    is_default: bool = False
    in_lists: bool = True


def properties(fields: Iterable[Field[View]], view: View, shape: Shape, *, listed: bool) -> list[Element]:
    """The wanted properties in the order of the schema."""
    wanted = (row for row in fields if shape.wants(row.uri, is_default=row.is_default) and (row.in_lists or not listed))
    return [made for made in (row.make(view) for row in wanted) if made is not None]
