"""A mailbox on a company's own Exchange server, by EWS.

SyncFolderItems tells of masters and not of occurrences, so that for a calendar it only says that something has
changed; what takes place is read by CalendarView, whole. Contacts come as their changes.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from lxml.etree import _Element

from calendar_integration.clients import ews_contacts, ews_items, ews_responses, ews_services
from calendar_integration.clients.base import ContactRow, Instances, MeetingRow, Page, Response, RowT, Window
from calendar_integration.clients.ews_links import Position, Step, position_of
from calendar_integration.clients.ews_transport import Mailbox, Protocol
from calendar_integration.clients.ews_trouble import RangeTooBigError
from calendar_integration.clients.unreadable import MALFORMED, is_broken, left_out
from calendar_integration.errors import MailboxTooLargeError, ServerUnavailableError, UnreadableItemError

MOST_DAYS = 700  # of one view; Exchange takes two years
OVERLAP = timedelta(minutes=1)  # of two views, for what takes place just where they meet
MOST_A_DAY = 5000  # items of a single day, which cannot be asked for in smaller pieces
MOST_AT_ONCE = 200  # items of one page, which has to be read within the mailbox's lease
OF_SERIES = ("occurrence", "exception")

AnyT = TypeVar("AnyT")


class EwsClient:
    """The mailbox of the person an access token for this server is for."""

    def __init__(self, access_token: str, url: str, address: str) -> None:
        self._protocol = Protocol(url, access_token)
        self._mailbox = Mailbox(address, self._protocol)
        self._series: dict[str, tuple[str, str]] = {}
        self._unreadable: list[str] = []

    def events_page(self, link: str, window: Window) -> Page[MeetingRow]:
        """What has changed, which is nothing or everything; then the window, piece by piece.

        The state is from before the window is read: what changes meanwhile is read again the next time.
        """
        position = position_of(link)
        if position.step is Step.VIEW:
            return self._view_page(position, window)
        changes = ews_services.changes(self._mailbox, "calendar", position.state, whole=False)
        if not changes.is_last:
            return Page([], [], [], Position(Step.REST, changes.state).link, "", is_whole=True)
        if position.step is Step.SINCE and not changes.items and not changes.removed:
            return Page([], [], [], "", Position(Step.SINCE, changes.state).link)
        view = Position(Step.VIEW, changes.state, window.start, MOST_DAYS)
        return Page([], [], [], view.link, "", is_whole=True)

    def contacts_page(self, link: str) -> Page[ContactRow]:
        """What has changed, at the beginning everything."""
        changes = ews_services.changes(self._mailbox, "contacts", position_of(link).state, whole=True)
        contacts = [item for item in changes.items if item.tag == ews_contacts.CONTACT]
        rows = self._readable({_read(ews_items.id_of, item)[0]: item for item in contacts}, ews_contacts.to_row)
        on = Position(Step.SINCE if changes.is_last else Step.REST, changes.state).link
        links = ("", on) if changes.is_last else (on, "")
        return _checked(Page(rows, [], changes.removed, *links, unreadable=self._taken()))

    def event(self, remote_id: str) -> MeetingRow | None:
        """One event whole, or None where there is none. Raises UnreadableItemError where it cannot be read."""
        row = next(iter(self._rows([remote_id])), None)
        if self._taken():
            raise UnreadableItemError("The Exchange server sent an item that could not be read.")
        return row

    def instances(self, master_id: str, window: Window) -> Instances:
        """Every occurrence and exception of a series within the window, whole."""
        rows: list[MeetingRow] = []
        start, days = window.start, MOST_DAYS
        while start < window.end:
            piece, start, days = self._piece(start, days, window)
            rows += piece
        return Instances([row for row in rows if row.master_id == master_id], self._taken())

    def respond(self, remote_id: str, response: Response, comment: str) -> None:
        """Answer an invitation, and tell the organizer; a master's id answers the series."""
        ews_responses.respond(self._mailbox, remote_id, response, comment)

    def close(self) -> None:
        """Close the connections, which are of this token alone."""
        self._protocol.close()

    def _view_page(self, position: Position, window: Window) -> Page[MeetingRow]:
        rows, end, days = self._piece(position.moment or window.start, position.days, window)
        if end < window.end:
            links = Position(Step.VIEW, position.state, end, days).link, ""
        else:
            links = "", Position(Step.SINCE, position.state).link
        return _checked(Page(rows, [], [], *links, is_whole=True, unreadable=self._taken()))

    def _piece(self, start: datetime, days: int, window: Window) -> tuple[list[MeetingRow], datetime, int]:
        """What takes place from here on, where that ends, and of how many days the server says so much at once."""
        while True:
            end = min(start + timedelta(days=days), window.end)
            try:
                ids = ews_services.view(self._mailbox, start - OVERLAP, end)
            except RangeTooBigError as error:
                if days == 1:
                    raise ServerUnavailableError("The Exchange server does not say what a single day has.") from error
                days //= 2
                continue
            if len(ids) > MOST_A_DAY and days == 1:
                raise MailboxTooLargeError(f"A single day has more than {MOST_A_DAY:,} items.")
            if len(ids) <= MOST_AT_ONCE or days == 1:
                return [row for row in self._rows(ids) if ews_items.is_within(row, window)], end, days
            days = max(min(days, (end - start).days) * MOST_AT_ONCE // len(ids), 1)

    def _rows(self, ids: list[str]) -> list[MeetingRow]:
        """These items whole, those of series with what only their master says."""
        answered = ews_services.items(self._mailbox, ids) if ids else ews_services.Items({}, [])
        self._unreadable += answered.unreadable
        items = self._readable(answered.found, lambda item: (ews_items.to_row(item), ews_items.uid_of(item)))
        self._find_series({uid: row.remote_id for row, uid in items if row.kind in OF_SERIES})
        return [self._of_series(row, uid) if row.kind in OF_SERIES else row for row, uid in items]

    def _readable(self, items: dict[str, _Element], reader: Callable[[_Element], AnyT]) -> list[AnyT]:
        """What a reader makes of these items, by their ids; those that it cannot read are left out and noted."""
        read: list[AnyT] = []
        for remote_id, item in items.items():
            try:
                read.append(reader(item))
            except MALFORMED as error:
                self._unreadable.append(left_out(remote_id, error))
        return read

    def _taken(self) -> list[str]:
        """The ids of what could not be read since this was last asked."""
        taken, self._unreadable = self._unreadable, []
        return taken

    def _find_series(self, occurrences: dict[str, str]) -> None:
        """Ask for the masters that are not known yet, each by one of its occurrences."""
        asked = [remote_id for uid, remote_id in occurrences.items() if uid not in self._series]
        for master in ews_services.masters(self._mailbox, asked) if asked else []:
            master_id, _ = _read(ews_items.id_of, master)
            self._series[ews_items.uid_of(master)] = master_id, ews_items.pattern_of(master)

    def _of_series(self, row: MeetingRow, uid: str) -> MeetingRow:
        master_id, pattern = self._series.get(uid, ("", ""))
        return row._replace(master_id=master_id, pattern=pattern)


def _checked(page: Page[RowT]) -> Page[RowT]:
    """The page. Raises ServerUnavailableError where no item of it could be read."""
    if is_broken(page):
        raise ServerUnavailableError("The Exchange server sent items of which none could be read.")
    return page


def _read(reader: Callable[[_Element], AnyT], item: _Element) -> AnyT:
    """Apply a reader at the border: what it cannot read is the server's fault, and worth another try."""
    try:
        return reader(item)
    except MALFORMED as error:
        raise ServerUnavailableError("The Exchange server sent an item that could not be read.") from error
