"""Pages of a listing, counted from its beginning or its end.

https://learn.microsoft.com/exchange/client-developer/exchange-web-services/how-to-perform-paged-searches-by-using-ews-in-exchange
https://learn.microsoft.com/exchange/client-developer/exchange-web-services/ews-throttling-in-exchange
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self, TypeVar

from sandbox.ews.errors import EwsError
from sandbox.ews.xml import Element, boolean

# EWSFindCountLimit of the throttling policy, at its default.
LARGEST_PAGE = 1000
Row = TypeVar("Row")


@dataclass(frozen=True)
class Page:
    """`size` is at most LARGEST_PAGE; `paged` says whether the caller asked for pages."""

    offset: int = 0
    size: int = LARGEST_PAGE
    from_end: bool = False
    paged: bool = False

    @classmethod
    def read(cls, view: Element | None) -> Self:
        """From an IndexedPageItemView or IndexedPageFolderView. Raises EwsError."""
        if view is None:
            return cls()
        size, offset = int(view.get("MaxEntriesReturned", LARGEST_PAGE)), int(view.get("Offset", "0"))
        if size < 1 or offset < 0:
            raise EwsError("ErrorInvalidPagingMaxRows", "Offset must not be negative, and MaxEntriesReturned positive.")
        return cls(offset, min(size, LARGEST_PAGE), view.get("BasePoint") == "End", paged=True)


def paged(rows: Sequence[Row], page: Page) -> tuple[Sequence[Row], dict[str, str]]:
    """The rows of a page, and the attributes that say where the next one begins. Raises EwsError."""
    if not page.paged and len(rows) > LARGEST_PAGE:
        message = "Exceeded the throttling policy's limit of items that one search finds; ask for pages."
        raise EwsError("ErrorExceededFindCountLimit", message)
    ordered = rows[::-1] if page.from_end else rows
    shown = ordered[page.offset : page.offset + page.size]
    following = min(page.offset + page.size, len(rows))
    return (shown[::-1] if page.from_end else shown), {
        "IndexedPagingOffset": str(following),
        "TotalItemsInView": str(len(rows)),
        "IncludesLastItemInRange": boolean(following >= len(rows)),
    }
