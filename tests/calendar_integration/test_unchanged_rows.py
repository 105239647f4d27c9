"""What is held as it is, is left alone: Microsoft says by its change keys what changed, and no row is written twice."""

from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from calendar_integration.clients.base import MeetingRow
from calendar_integration.models import Connection, Meeting, Stream
from calendar_integration.sync import plan, source
from tests.calendar_integration.mirror import assert_is_mirror
from tests.calendar_integration.synced import make_connected, make_synced, sync
from tests.makers import make_meeting_row, make_occurrence
from tests.sandbox.running import Sandbox


def written(row: MeetingRow | None, *rows: Any, keys: dict[str, str], masters: Any = None) -> set[str]:
    """The ids that a full round of these rows writes, where these change keys are held."""
    round_ = plan.Round()
    whole = [each for each in (row, *rows) if isinstance(each, MeetingRow)]
    plan.fold(round_, whole, [each for each in rows if not isinstance(each, MeetingRow)], [])
    held = dict.fromkeys(keys, "")
    actions = plan.finish(round_, is_full=True, held=held, change_keys=keys, masters=masters or {}, instances={})
    assert actions.deletes == set(), "what is unchanged is not swept away"
    return {each.remote_id for each in actions.upserts}


def test_a_row_with_the_change_key_it_is_held_with_is_not_written() -> None:
    row = make_meeting_row("a", change_key="2")
    assert written(row, keys={"a": "2"}) == set()
    assert written(row, keys={"a": "1"}) == {"a"}
    assert written(row, keys={}) == {"a"}


def test_a_row_without_a_change_key_is_always_compared() -> None:
    assert written(make_meeting_row("a", change_key=""), keys={"a": ""}) == {"a"}


def test_an_occurrence_is_unchanged_only_together_with_its_master() -> None:
    master = make_meeting_row("series", kind="seriesMaster", change_key="7")
    occurrence = make_occurrence("o", "series")
    assert written(master, occurrence, keys={"series": "7", "o": "1"}) == set()
    assert written(master, occurrence, keys={"series": "6", "o": "1"}) == {"series", "o"}
    assert written(master, occurrence, keys={"o": "1"}) == {"series", "o"}


def test_an_exception_too_takes_something_from_its_master() -> None:
    master = make_meeting_row("series", kind="seriesMaster", change_key="7")
    exception = make_meeting_row("e", kind="exception", master_id="series", change_key="1")
    assert written(master, exception, keys={"series": "7", "e": "1"}) == set()
    assert written(master, exception, keys={"series": "6", "e": "1"}) == {"series", "e"}
    assert written(exception, keys={"e": "1"}) == {"e"}, "nobody knows whether the master is as it was"


def versions() -> dict[str, tuple[str, str]]:
    """Where each row lies and which transaction wrote it: any write changes both, even one of the same values."""
    with database.cursor() as cursor:
        cursor.execute(f"SELECT remote_id, ctid::text, xmin::text FROM {Meeting._meta.db_table}")  # noqa: S608 - ours
        return {row[0]: (row[1], row[2]) for row in cursor.fetchall()}


def replay(connection: Connection) -> None:
    """Have the next round bring everything once more."""
    connection.streams.update(delta_link="")


@pytest.mark.django_db
def test_rows_that_are_brought_once_more_are_not_touched(microsoft: Sandbox) -> None:
    connection = make_synced(microsoft)
    before = versions()
    replay(connection)
    with CaptureQueriesContext(database) as captured:
        assert [done.changed for done in sync(connection).rounds] == [0, 0]
    assert versions() == before
    assert len(before) > 50
    touching = [query["sql"] for query in captured if Meeting._meta.db_table in query["sql"]]
    assert len(touching) == 1, "one SELECT of keys"
    assert touching[0].startswith("SELECT")


@pytest.mark.django_db
def test_of_many_rows_only_those_that_differ_are_touched(microsoft: Sandbox) -> None:
    connection = make_synced(microsoft)
    before = versions()
    single, occurrence = (Meeting.objects.filter(kind=kind).first() for kind in ("singleInstance", "occurrence"))
    assert single
    assert occurrence
    series = {*Meeting.objects.filter(master_id=occurrence.master_id).values_list("remote_id", flat=True)}
    path = f"/people/{connection.mailbox}/events"
    microsoft.control("PATCH", f"{path}/{single.remote_id}", {"subject": "Renamed"})
    microsoft.control("PATCH", f"{path}/{occurrence.master_id}", {"subject": "Renamed series"})
    replay(connection)
    sync(connection)
    after = versions()
    touched = {remote_id for remote_id in before if after[remote_id] != before[remote_id]}
    assert touched <= {single.remote_id, occurrence.master_id, *series}
    assert touched >= {single.remote_id, occurrence.master_id, occurrence.remote_id}
    assert_is_mirror(microsoft, connection)


@pytest.mark.django_db
def test_what_was_guessed_here_is_set_right_though_microsoft_changed_nothing(microsoft: Sandbox) -> None:
    connection = make_synced(microsoft)
    Meeting.objects.filter(kind="singleInstance").update(subject="Guessed", change_key="")  # as answering does
    replay(connection)
    sync(connection)
    assert_is_mirror(microsoft, connection)


@pytest.mark.django_db
def test_a_first_sync_takes_few_statements_however_many_rows_it_brings(microsoft: Sandbox) -> None:
    connection = make_connected(microsoft)
    with CaptureQueriesContext(database) as captured:
        sync(connection)
    assert Meeting.objects.count() > 50
    assert len(captured) <= 20
    assert not any("TEMPORARY" in query["sql"] for query in captured), "nothing is held to compare with"


@pytest.mark.django_db
def test_how_far_a_first_sync_is_can_be_read_meanwhile(microsoft: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "KEPT_EVERY_SECONDS", 0)
    told: list[int] = []
    keep = source.Reader.keep

    def watched(reader: source.Reader, items_read: int | None = None) -> None:
        keep(reader, items_read)
        told.append(Stream.objects.get(pk=reader.stream.pk).items_read)

    monkeypatch.setattr(source.Reader, "keep", watched)
    connection = make_connected(microsoft)
    sync(connection)
    assert told
    assert told[0] == 200
    assert set(Stream.objects.values_list("items_read", flat=True)) == {0}
