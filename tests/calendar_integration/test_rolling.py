"""Each mailbox's window moves on once a day, and never all of them in the same minutes."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from calendar_integration.clients.base import CalendarClient, MeetingRow, Page, Window
from calendar_integration.models import Stream, StreamKind
from calendar_integration.sync.polling import SomethingNew, look
from calendar_integration.sync.rolling import DAY, SKEW, roll_time
from calendar_integration.sync.rounds import is_full_due, new_window
from tests.makers import make_meeting_row

MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)
IDS = st.integers(1, 10**9)


def make_stream(connection_id: int, read_at: datetime) -> Stream:
    window = new_window(read_at)
    return Stream(
        connection_id=connection_id,
        kind=StreamKind.EVENTS,
        delta_link="https://graph.example/delta",
        window_start=window.start,
        window_end=window.end,
    )


@given(connection_id=IDS, minute=st.integers(0, 1439))
def test_what_was_read_whole_is_read_whole_again_on_the_next_day_at_its_own_time(
    connection_id: int, minute: int
) -> None:
    stream = make_stream(connection_id, MIDNIGHT + timedelta(minutes=minute))
    moves_at = MIDNIGHT + DAY + roll_time(connection_id)
    second = timedelta(seconds=1)
    assert not is_full_due(stream, moves_at - second)
    assert is_full_due(stream, moves_at + second)


@given(connection_id=IDS)
def test_read_at_its_time_it_waits_for_a_whole_day(connection_id: int) -> None:
    read_at = MIDNIGHT + roll_time(connection_id)
    stream = make_stream(connection_id, read_at)
    due = [minutes for minutes in range(1, 2000, 7) if is_full_due(stream, read_at + timedelta(minutes=minutes))]
    assert due
    assert 1440 <= due[0] <= 1440 + 7


@given(first=IDS)
def test_no_hour_has_many_more_than_its_share(first: int) -> None:
    hours = Counter(int(roll_time(first + n) / timedelta(hours=1)) for n in range(2400))
    assert len(hours) == 24
    assert max(hours.values()) <= 110


@given(connection_id=IDS)
def test_a_worker_whose_clock_is_a_little_slow_does_not_read_it_all_once_more(connection_id: int) -> None:
    stream = make_stream(connection_id, MIDNIGHT + timedelta(minutes=1))
    assert not is_full_due(stream, MIDNIGHT + timedelta(minutes=2) - SKEW)


class Asked:
    """A mailbox with one change since D1; which links were asked for."""

    def __init__(self) -> None:
        self.links: list[str] = []

    def events_page(self, link: str, _window: Window) -> Page[MeetingRow]:
        self.links.append(link)
        return Page([make_meeting_row()], [], [], "", "D2")


def test_a_page_of_changes_is_never_taken_for_the_whole_when_the_window_moves_meanwhile() -> None:
    stream, asked = make_stream(7, MIDNIGHT), Asked()
    found = look(cast("CalendarClient", asked), stream, MIDNIGHT + timedelta(minutes=1))
    assert isinstance(found, SomethingNew)
    assert asked.links == [stream.delta_link]
    window = new_window(MIDNIGHT)
    found.client.events_page("", window)
    assert asked.links[1:] == [""], "a full round asks for everything"
    again = look(cast("CalendarClient", asked), stream, MIDNIGHT + timedelta(minutes=1))
    assert isinstance(again, SomethingNew)
    again.client.events_page(stream.delta_link, window)
    assert asked.links[2:] == [stream.delta_link], "and a round that goes on asks for nothing twice"
