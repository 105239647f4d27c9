"""What a round means for the rows held: pages in any order, repeated or not, end in the mailbox as it is."""

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from calendar_integration.clients.base import MeetingRow, Occurrence
from calendar_integration.sync import plan
from tests.makers import make_meeting_row, make_occurrence

Item = MeetingRow | Occurrence | str  # a row, a stripped occurrence, or the id of something removed


def fold(*items: Item) -> plan.Round:
    """A round whose pages have one item each."""
    round_ = plan.Round()
    for item in items:
        plan.fold(
            round_,
            [item] if isinstance(item, MeetingRow) else [],
            [item] if isinstance(item, Occurrence) else [],
            [item] if isinstance(item, str) else [],
        )
    return round_


def make_master(remote_id: str = "series", **fields: Any) -> MeetingRow:
    return make_meeting_row(remote_id, kind="seriesMaster", pattern="weekly", subject="Stand-up")._replace(**fields)


def ids(actions: plan.Actions) -> set[str]:
    return {row.remote_id for row in actions.upserts}


def test_the_last_word_on_an_item_counts() -> None:
    first, second = make_meeting_row("a", subject="Old"), make_meeting_row("a", subject="New")
    assert fold(first, second).rows["a"].subject == "New"
    assert fold(first, "a").rows == {}
    assert fold("a", first).removed == set()


def test_an_occurrence_may_come_before_its_master() -> None:
    occurrence, master = make_occurrence("o", "series"), make_master()
    for round_ in (fold(occurrence, master), fold(master, occurrence)):
        assert plan.needs(round_, is_full=True) == plan.Needs(frozenset(), frozenset())
        actions = plan.finish(round_, is_full=True, held={}, masters={}, instances={})
        whole = next(row for row in actions.upserts if row.remote_id == "o")
        assert (whole.subject, whole.kind, whole.master_id, whole.pattern) == (
            "Stand-up", "occurrence", "series", "weekly"
        )  # fmt: skip
        assert whole.start_at == occurrence.start_at


def test_an_occurrence_without_its_master_asks_for_it_and_leaves_it_behind() -> None:
    round_ = fold(make_occurrence("o", "series"))
    assert plan.needs(round_, is_full=True).masters == {"series"}
    assert plan.needs(round_, is_full=False) == plan.Needs(frozenset({"series"}), frozenset({"series"}))
    actions = plan.finish(round_, is_full=True, held={}, masters={"series": make_master()}, instances={})
    assert ids(actions) == {"o", "series"}


def test_an_occurrence_whose_master_is_gone_is_left_out() -> None:
    actions = plan.finish(fold(make_occurrence("o", "series")), is_full=True, held={}, masters={}, instances={})
    assert actions.upserts == []


def test_an_all_day_series_has_dates_only() -> None:
    monday = make_occurrence("o", "series").start_at.date()
    master = make_master(start_at=None, end_at=None, start_date=monday, end_date=monday + timedelta(days=1))
    occurrence = make_occurrence("o", "series", end_at=make_occurrence("o", "series").start_at + timedelta(days=1))
    whole = plan.complete(occurrence, master)
    assert (whole.start_at, whole.end_at, whole.start_date) == (None, None, monday)


def test_a_changed_series_is_replaced_by_its_instances() -> None:
    round_ = fold(make_master(subject="Renamed"), make_occurrence("stripped", "series"))
    assert plan.needs(round_, is_full=False).instances == {"series"}
    kept = make_meeting_row("kept", kind="occurrence", master_id="series", subject="Renamed")
    held = {"kept": "series", "cancelled": "series", "other": ""}
    actions = plan.finish(round_, is_full=False, held=held, masters={}, instances={"series": [kept]})
    assert ids(actions) == {"series", "kept"}
    assert actions.deletes == {"cancelled"}
    assert next(row for row in actions.upserts if row.remote_id == "kept").pattern == "weekly"


def test_an_exception_of_a_replaced_series_counts_as_its_instances_say() -> None:
    gone = make_meeting_row("gone", kind="exception", master_id="series")
    actions = plan.finish(fold(make_master(), gone), is_full=False, held={}, masters={}, instances={"series": []})
    assert ids(actions) == {"series"}


def test_a_removed_series_takes_its_occurrences_along() -> None:
    held = {"o1": "series", "o2": "series", "single": ""}
    actions = plan.finish(fold("series"), is_full=False, held=held, masters={}, instances={})
    assert actions.deletes == {"series", "o1", "o2"}


def test_a_series_removed_in_the_round_of_its_occurrence_leaves_no_ghost() -> None:
    round_ = fold(make_occurrence("o", "series"), "series")
    held = {"o": "series", "o2": "series"}
    actions = plan.finish(round_, is_full=False, held=held, masters={"series": make_master()}, instances={})
    assert actions.upserts == []
    assert actions.deletes == {"series", "o", "o2"}


def test_a_full_round_sweeps_what_it_did_not_mention() -> None:
    held = {"a": "", "b": "", "c": ""}
    actions = plan.finish(fold(make_meeting_row("a"), "b"), is_full=True, held=held, masters={}, instances={})
    assert (ids(actions), actions.deletes) == ({"a"}, {"b", "c"})


def test_a_later_round_deletes_only_what_it_names() -> None:
    actions = plan.finish(fold("unknown"), is_full=False, held={}, masters={}, instances={})
    assert (actions.upserts, actions.deletes) == ([], {"unknown"})


names = st.sampled_from("abcdef")
items = st.one_of(
    st.builds(lambda name, subject: make_meeting_row(name, subject=subject), names, st.text(max_size=3)), names
)


@given(st.lists(items, max_size=20), st.sets(names), st.booleans())
def test_single_meetings_end_as_a_dictionary_would_have_them(
    told: list[Item], held_ids: set[str], is_full: bool
) -> None:
    mailbox = {} if is_full else dict.fromkeys(held_ids, "as it was")
    for item in told:
        if isinstance(item, str):
            mailbox.pop(item, None)
        elif isinstance(item, MeetingRow):
            mailbox[item.remote_id] = item.subject
    actions = plan.finish(fold(*told), is_full=is_full, held=dict.fromkeys(held_ids, ""), masters={}, instances={})
    rows = dict.fromkeys(held_ids - actions.deletes, "as it was")
    rows |= {row.remote_id: row.subject for row in actions.upserts}
    assert rows == mailbox


def test_nothing_at_all_where_much_is_held_is_suspicious_for_a_quarter_of_an_hour() -> None:
    empty, minutes = plan.Round(), timedelta(minutes=1)
    assert plan.is_suspicious(empty, held_count=10, claimed_for=None)
    assert plan.is_suspicious(empty, held_count=10, claimed_for=14 * minutes)
    assert not plan.is_suspicious(empty, held_count=10, claimed_for=15 * minutes)
    assert not plan.is_suspicious(empty, held_count=9, claimed_for=None)
    assert not plan.is_suspicious(fold(make_meeting_row("a")), held_count=100, claimed_for=None)


def test_what_cannot_be_read_stays_as_it_is_held() -> None:
    round_ = fold(make_meeting_row("a"))
    plan.fold(round_, unreadable=["b", "c"])
    held = dict.fromkeys(("a", "b", "gone"), "")
    actions = plan.finish(round_, is_full=True, held=held, masters={}, instances={})
    assert (ids(actions), actions.deletes) == ({"a"}, {"gone"})


def test_it_is_unreadable_until_something_is_told_of_it() -> None:
    known = ["read", "removed", "instance", "other"]
    round_ = fold(make_meeting_row("read"), "removed")
    plan.fold(round_, unreadable=["new"])
    instances = {"series": [make_meeting_row("instance")]}
    assert plan.still_unreadable(known, round_, instances) == {"new", "other"}
    assert plan.still_unreadable((), fold("new"), {}) == set()
