"""Graph's pages: their items as rows, the links that lead on, and what of them cannot be read."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from calendar_integration.clients import graph_events
from calendar_integration.clients.base import Instances, Page, RowT
from calendar_integration.clients.graph_answers import parse
from calendar_integration.clients.graph_transport import refuse_foreign
from calendar_integration.clients.unreadable import MALFORMED, is_broken, left_out
from calendar_integration.errors import SyncStateLostError, UnavailableError


def read_whole(answer: dict[str, Any], found: Instances) -> None:
    """Add the whole events of a page of a plain list. Raises UnavailableError, or ValueError for one without an id."""
    for item in _items(answer):
        try:
            found.rows.append(graph_events.to_row(item))
        except MALFORMED as error:
            found.unreadable.append(left_out(item.get("id"), error))


def never(_item: dict[str, Any]) -> bool:
    """Of contacts, none arrives stripped."""
    return False


def read_page(
    body: bytes | bytearray,
    is_stripped: Callable[[dict[str, Any]], bool],
    to_row: Callable[[dict[str, Any]], RowT],
    to_occurrence: Callable[[dict[str, Any]], Any],
) -> Page[RowT]:
    """A page of a delta, its items read one by one; what cannot be read of them is named.

    Raises UnavailableError where the answer is none, leads nowhere or to another host, or has no item that can be read.
    """
    with without_collector():
        answer = parse(body)
        page: Page[RowT] = Page([], [], [], link_in(answer, "@odata.nextLink"), link_in(answer, "@odata.deltaLink"))
        removed: dict[str, None] = {}
        with readable():
            for item in _items(answer):
                if "@removed" in item:
                    removed[str(item["id"])] = None
                    continue
                removed.pop(item["id"], None)  # what comes later in a page counts
                try:
                    if is_stripped(item):
                        page.occurrences.append(to_occurrence(item))
                    else:
                        page.rows.append(to_row(item))
                except MALFORMED as error:
                    page.unreadable.append(left_out(item["id"], error))
        page.removed.extend(removed)
        del answer
    if is_broken(page):
        raise UnavailableError("Graph sent a page of which no item could be read.")
    if bool(page.next_link) == bool(page.delta_link):
        raise UnavailableError("Graph sent a page that leads nowhere.")
    return page


@contextmanager
def without_collector() -> Iterator[None]:
    """Python looks for cycles meanwhile only where another thread has it do so.

    A page is some ten thousand objects without any cycle, gone a moment later; looking through them again and again
    would cost a tenth of reading it.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _items(answer: dict[str, Any]) -> list[dict[str, Any]]:
    value = answer.get("value")
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise UnavailableError("Graph sent a page without items.")
    return value


def link_in(answer: dict[str, Any], name: str) -> str:
    """The link of that name, or nothing. Raises UnavailableError for one to another host than the configured one."""
    link = answer.get(name, "")
    if not isinstance(link, str):
        raise UnavailableError("Graph sent a link that is none.")
    if link:
        refuse_foreign(link)  # before it is kept: a delta link that may not be followed would end the mailbox
    return link


def kept_link(link: str) -> str:
    """A link that was kept. Raises SyncStateLostError where it is of a Graph that is no longer the configured one."""
    try:
        if link:
            refuse_foreign(link)
    except UnavailableError as error:
        raise SyncStateLostError(str(error)) from error
    return link


@contextmanager
def readable() -> Iterator[None]:
    """The border: an answer whose items cannot even be told apart is Graph's fault, and worth another try."""
    try:
        yield
    except MALFORMED as error:
        raise UnavailableError("Graph sent an item that could not be read.") from error
