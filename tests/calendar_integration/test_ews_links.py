"""How far a mailbox was read by EWS survives being kept, and is taken for nothing else."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_integration.clients.ews_links import BEGINNING, Position, Step, position_of
from calendar_integration.errors import SyncStateLostError

states = st.text(alphabet="ABab09+/=:", max_size=60)
moments = st.integers(0, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
positions = st.builds(Position, st.sampled_from([Step.SINCE, Step.REST]), states) | st.builds(
    Position, st.just(Step.VIEW), states, moments, st.integers(1, 700)
)


@given(positions)
def test_a_link_leads_to_where_it_was_made(position: Position) -> None:
    assert position_of(position.link) == position


def test_without_a_link_it_begins() -> None:
    assert position_of("") == BEGINNING


@given(
    st.one_of(
        st.text(min_size=1).filter(lambda text: not text.startswith("ews:")),
        st.just("https://graph.microsoft.com/v1.0/me/calendarView/delta?$deltatoken=x"),
        st.sampled_from(
            ["ews", "ews:", "ews:forever:x", "ews:view:", "ews:view:now:9:x", "ews:view:20261101T000000Z:x"]
        ),
    )
)
def test_anything_else_is_a_state_that_is_lost(link: str) -> None:
    with pytest.raises(SyncStateLostError):
        position_of(link)
