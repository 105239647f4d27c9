"""Microsoft Graph: the requests we make, Microsoft's page above each."""

from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings

from calendar_integration.clients import graph_contacts, graph_events
from calendar_integration.clients.base import ContactRow, Instances, MeetingRow, Page, Profile, Response, Window
from calendar_integration.clients.graph_ahead import Question
from calendar_integration.clients.graph_pages import kept_link, link_in, never, read_page, read_whole, readable
from calendar_integration.clients.graph_transport import GraphTransport, headers_of
from calendar_integration.clients.unreadable import MALFORMED, left_out
from calendar_integration.errors import UnavailableError, UnreadableItemError
from calendar_integration.wire.kept_alive import Answer, is_plain

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
        body = self._transport.body(kept_link(link) or f"{self._base}/me/calendarView/delta?{_span(window)}")
        return read_page(body, graph_events.is_stripped, graph_events.to_row, graph_events.to_occurrence)

    def contacts_page(self, link: str) -> Page[ContactRow]:
        """https://learn.microsoft.com/graph/api/contact-delta"""
        body = self._transport.body(kept_link(link) or f"{self._base}/me/contactFolders/contacts/contacts/delta")
        return read_page(body, never, graph_contacts.to_row, graph_events.to_occurrence)

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
            with readable():
                read_whole(answer, found)
            link = link_in(answer, "@odata.nextLink")
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
