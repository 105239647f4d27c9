"""A mailbox in memory, and the client of it: the protocol in its plainest form, beside Graph and EWS."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from calendar_integration.clients.base import ContactRow, Instances, MeetingRow, Page, Response, RowT, Window
from calendar_integration.clients.graph_answers import ActionRefusedError, ItemNotFoundError
from calendar_integration.errors import CalendarError, SyncStateLostError

PAGE_SIZE = 4
MASTER = "seriesMaster"

Entry = MeetingRow | ContactRow | str  # a row, or the id of one that is gone
Snapshot = dict[str, MeetingRow] | dict[str, ContactRow]


@dataclass
class MemoryMailbox:
    """Rows by their ids; series as their occurrences and a master. `trouble` is what the next call ends in."""

    meetings: dict[str, MeetingRow] = field(default_factory=dict)
    contacts: dict[str, ContactRow] = field(default_factory=dict)
    trouble: CalendarError | None = None
    generation: int = 1
    rounds: list[tuple[list[Entry], Snapshot]] = field(default_factory=list)

    def lose_states(self) -> None:
        """Forget how far anybody has read."""
        self.generation += 1
        self.rounds.clear()

    def within(self, window: Window) -> dict[str, MeetingRow]:
        """What takes place in the window."""
        return {key: row for key, row in self.meetings.items() if row.kind != MASTER and takes_place(row, window)}


def takes_place(row: MeetingRow, window: Window) -> bool:
    """Whether some of it is within the window, whose end is not; days are those of UTC."""
    if row.start_at and row.end_at:
        return row.start_at < window.end and row.end_at > window.start
    assert row.start_date
    assert row.end_date
    return row.start_date < window.end.date() and row.end_date > window.start.date()


class MemoryClient:
    """Reads it as the protocol says: each round is the difference to what the link's round ended in."""

    def __init__(self, mailbox: MemoryMailbox) -> None:
        self._mailbox = mailbox

    def events_page(self, link: str, window: Window) -> Page[MeetingRow]:
        """Changes within the window since the link."""
        return self._page(link, self._mailbox.within(window))

    def contacts_page(self, link: str) -> Page[ContactRow]:
        """Changes since the link."""
        return self._page(link, dict(self._mailbox.contacts))

    def event(self, remote_id: str) -> MeetingRow | None:
        """One event."""
        self._fail_if_troubled()
        return self._mailbox.meetings.get(remote_id)

    def instances(self, master_id: str, window: Window) -> Instances:
        """The series' occurrences in the window."""
        self._fail_if_troubled()
        return Instances([row for row in self._mailbox.within(window).values() if row.master_id == master_id], [])

    def respond(self, remote_id: str, response: Response, comment: str) -> None:  # noqa: ARG002 - of the protocol
        """The answer, also to every occurrence; what is declined leaves the calendar."""
        self._fail_if_troubled()
        meetings = self._mailbox.meetings
        if remote_id not in meetings:
            raise ItemNotFoundError("no such meeting")
        if meetings[remote_id].is_organizer:
            raise ActionRefusedError("nobody answers themselves")
        for key, row in list(meetings.items()):
            if remote_id in (key, row.master_id):
                meetings[key] = row._replace(response=response, change_key=f"{row.change_key}+")
                if response is Response.DECLINED:
                    del meetings[key]

    def close(self) -> None:
        """Nothing is held."""

    def _page(self, link: str, now: dict[str, RowT]) -> Page[RowT]:
        self._fail_if_troubled()
        number, offset = self._parse(link) if link else (-1, 0)
        if not link or not offset:
            before = self._mailbox.rounds[number][1] if link else {}
            self._mailbox.rounds.append((list(changes(before, now)), now))
            number = len(self._mailbox.rounds) - 1
        entries = self._mailbox.rounds[number][0]
        shown = entries[offset : offset + PAGE_SIZE]
        rows: list[RowT] = [entry for entry in shown if not isinstance(entry, str)]  # type: ignore[misc] # of one kind
        removed = [entry for entry in shown if isinstance(entry, str)]
        until = offset + PAGE_SIZE
        here = f"memory:{self._mailbox.generation}:{number}"
        is_last = until >= len(entries)
        return Page(rows, [], removed, "" if is_last else f"{here}:{until}", f"{here}:0" if is_last else "")

    def _parse(self, link: str) -> tuple[int, int]:
        try:
            scheme, generation, number, offset = link.split(":")
            if (scheme, int(generation)) == ("memory", self._mailbox.generation):
                return int(number), int(offset)
        except ValueError:
            pass
        raise SyncStateLostError("This mailbox has no such link.")

    def _fail_if_troubled(self) -> None:
        trouble, self._mailbox.trouble = self._mailbox.trouble, None
        if trouble:
            raise trouble


def changes(before: Snapshot, now: Snapshot) -> Iterable[Entry]:
    """What is new or other than before, and the ids of what is gone."""
    yield from (row for key, row in now.items() if before.get(key) != row)
    yield from (key for key in before if key not in now)
