"""Microsoft Graph: the requests we make, Microsoft's page above each."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings

from calendar_integration.clients import graph_contacts, graph_events
from calendar_integration.clients.base import ContactRow, Instances, MeetingRow, Page, Profile, Response, RowT, Window
from calendar_integration.clients.graph_ahead import Question
from calendar_integration.clients.graph_transport import GraphTransport, headers_of, parse, refuse_foreign
from calendar_integration.clients.unreadable import MALFORMED, is_broken, left_out
from calendar_integration.errors import SyncStateLostError, UnavailableError, UnreadableItemError
from calendar_integration.kept_alive import Answer, is_plain

PAGE_SIZE = 200
MOST_PAGES = 500  # of one series
# Repeated on every request: a preference holds for the request it came with.
PREFER = f'IdType="ImmutableId", outlook.body-content-type="text", odata.maxpagesize={PAGE_SIZE}'

ACTIONS = {Response.ACCEPTED: "accept", Response.TENTATIVE: "tentativelyAccept", Response.DECLINED: "decline"}


class GraphClient:
    """The mailbox of the person an access token is for."""

    def __init__(self, access_token: str, ahead: dict[str, Answer] | None = None) -> None:
        """`ahead` holds answers to polls, by their links, that were asked for already."""
        self._transport = GraphTransport(access_token, prefer=PREFER, ahead=ahead)
        self._base = settings.MS_GRAPH_URL

    def me(self) -> Profile:
        """https://learn.microsoft.com/graph/api/user-get"""
        answer = self._transport.get(f"{self._base}/me?$select=id,mail,userPrincipalName")
        return Profile(answer.get("id") or "", answer.get("mail") or "", answer.get("userPrincipalName") or "")

    def events_page(self, link: str, window: Window) -> Page[MeetingRow]:
        """https://learn.microsoft.com/graph/api/event-delta"""
        body = self._transport.body(_ours(link) or f"{self._base}/me/calendarView/delta?{_span(window)}")
        return _page(body, graph_events.is_stripped, graph_events.to_row, graph_events.to_occurrence)

    def contacts_page(self, link: str) -> Page[ContactRow]:
        """https://learn.microsoft.com/graph/api/contact-delta"""
        body = self._transport.body(_ours(link) or f"{self._base}/me/contactFolders/contacts/contacts/delta")
        return _page(body, _never, graph_contacts.to_row, graph_events.to_occurrence)

    def event(self, remote_id: str) -> MeetingRow | None:
        """https://learn.microsoft.com/graph/api/event-get"""
        answer = self._transport.get_or_none(f"{self._base}/me/events/{quote(remote_id, safe='')}")
        try:
            return graph_events.to_row(answer) if answer else None
        except MALFORMED as error:
            left_out(remote_id, error)
            raise UnreadableItemError("Graph sent an event that could not be read.") from error

    def instances(self, master_id: str, window: Window) -> Instances | None:
        """https://learn.microsoft.com/graph/api/event-list-instances"""
        events = f"{self._base}/me/events"
        link = f"{events}/{quote(master_id, safe='')}/instances?{_span(window)}&{urlencode({'$top': PAGE_SIZE})}"
        found = Instances([], [])
        answer = self._transport.get_or_none(link)
        if answer is None:
            return None
        for _ in range(MOST_PAGES):
            with _readable():
                _read_whole(answer, found)
            link = _link(answer, "@odata.nextLink")
            if not link:
                return found
            answer = self._transport.get(link)
        raise UnavailableError("The pages of a series had no end.")

    def close(self) -> None:
        """Nothing to let go of: connections to Graph serve every mailbox of the thread."""

    def respond(self, remote_id: str, response: Response, comment: str) -> None:
        """Answer an invitation, and tell the organizer; a master's id answers the series.

        https://learn.microsoft.com/graph/api/event-accept and its neighbours
        """
        event = f"{self._base}/me/events/{quote(remote_id, safe='')}"
        self._transport.post(f"{event}/{ACTIONS[response]}", {"comment": comment, "sendResponse": True})


def poll(access_token: str, link: str) -> Question | None:
    """The request for what is new since this link, to be asked ahead; None for a link that is not followed so."""
    is_ours = is_plain(link) and link.startswith(f"{settings.MS_GRAPH_URL}/")
    return Question(link, headers_of(access_token, PREFER)) if is_ours else None


def stamp(moment: Any) -> str:
    """An aware time as Graph's parameters take it, in UTC."""
    return str(moment.strftime("%Y-%m-%dT%H:%M:%SZ"))


def _span(window: Window) -> str:
    return urlencode({"startDateTime": stamp(window.start), "endDateTime": stamp(window.end)})


def _read_whole(answer: dict[str, Any], found: Instances) -> None:
    for item in _items(answer):
        try:
            found.rows.append(graph_events.to_row(item))
        except MALFORMED as error:
            found.unreadable.append(left_out(item.get("id"), error))


def _never(_item: dict[str, Any]) -> bool:
    return False


def _page(
    body: bytes | bytearray,
    is_stripped: Callable[[dict[str, Any]], bool],
    to_row: Callable[[dict[str, Any]], RowT],
    to_occurrence: Callable[[dict[str, Any]], Any],
) -> Page[RowT]:
    with without_collector():
        answer = parse(body)
        page: Page[RowT] = Page([], [], [], _link(answer, "@odata.nextLink"), _link(answer, "@odata.deltaLink"))
        removed: dict[str, None] = {}
        with _readable():
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


def _link(answer: dict[str, Any], name: str) -> str:
    link = answer.get(name, "")
    if not isinstance(link, str):
        raise UnavailableError("Graph sent a link that is none.")
    if link:
        refuse_foreign(link)  # before it is kept: a delta link that may not be followed would end the mailbox
    return link


def _ours(link: str) -> str:
    """A link that was kept. Raises SyncStateLostError where it is of a Graph that is no longer the configured one."""
    try:
        if link:
            refuse_foreign(link)
    except UnavailableError as error:
        raise SyncStateLostError(str(error)) from error
    return link


@contextmanager
def _readable() -> Iterator[None]:
    """The border: an answer whose items cannot even be told apart is Graph's fault, and worth another try."""
    try:
        yield
    except MALFORMED as error:
        raise UnavailableError("Graph sent an item that could not be read.") from error
