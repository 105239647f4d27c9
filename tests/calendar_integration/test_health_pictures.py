"""Freshness and adoption: the numbers, and the shapes they become."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from accounts.models import AuditAction, AuditEvent, User
from calendar_integration.health import summary
from calendar_integration.health.pictures import bars, columns, shares
from calendar_integration.health.standing import Age
from calendar_integration.models import Connection, ConnectionState, Listening
from tests.accounts.making_people import make_group, make_owner, signed_in
from tests.calendar_integration.making_health import ago, make_fresh
from tests.makers import make_account, make_user

counts = st.integers(0, 1_000_000)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@given(st.lists(counts, min_size=1, max_size=8))
def test_shares_fill_the_bar_and_nothing_that_is_there_vanishes(numbers: list[int]) -> None:
    found = shares(numbers)
    assert sum(found) == pytest.approx(100 if any(numbers) else 0)
    assert all((share > 0.9) == bool(number) for share, number in zip(found, numbers, strict=True))
    by_number = sorted(zip(numbers, found, strict=True))
    assert [share for _, share in by_number] == pytest.approx(sorted(found))


@given(st.lists(counts, max_size=8))
def test_the_parts_of_the_bar_stand_side_by_side(numbers: list[int]) -> None:
    found = bars([("5m", "Within 5 minutes", number) for number in numbers])
    assert [bar.number for bar in found] == numbers
    for left, right in itertools.pairwise(found):
        assert right.x == pytest.approx(left.x + left.width, abs=0.02)


@given(st.lists(counts, max_size=8), st.integers(0, 1_000))
def test_columns_stay_within_the_picture(numbers: list[int], people: int) -> None:
    weeks = [(NOW + timedelta(weeks=place), number) for place, number in enumerate(numbers)]
    for column in columns(weeks, people):
        assert 0 <= column.y <= 100
        assert column.y + column.height == pytest.approx(100, abs=0.02)
        assert column.x >= 0
        assert column.x + column.width <= 100.01


@pytest.fixture
def dana() -> User:
    return make_owner()


def connected(connection: Connection, **parts: float) -> None:
    """The audit log says that they connected so long ago."""
    row = AuditEvent.objects.create(
        account=connection.account, action=AuditAction.CONNECTED, target_type="user", target_id=connection.user_id
    )
    AuditEvent.objects.filter(pk=row.pk).update(at=ago(**parts))


@pytest.mark.django_db
def test_mailboxes_are_counted_by_the_age_of_their_last_good_sync(dana: User) -> None:
    for number, minutes in enumerate((1, 4, 12, 20, 90)):
        make_fresh(dana.account, f"p{number}", last_good_sync_at=ago(minutes=minutes))
    make_fresh(dana.account, "new", last_good_sync_at=None, connected_at=ago(minutes=1))
    make_fresh(dana.account, "lost", state=ConnectionState.NEEDS_REAUTHORIZATION)
    make_fresh(dana.account, "gone", state=ConnectionState.DISCONNECTED_BY_USER)
    make_fresh(make_account("fabrikam"), "una")
    found = summary.of(dana, timezone.now())
    assert [found.ages[each] for each in Age] == [2, 1, 0, 0, 2, 1]
    assert (found.stopped, found.mailboxes, found.fresh) == (1, 7, 3)
    assert (found.connected, found.people) == (6, 9)


@pytest.mark.django_db
def test_where_microsoft_tells_of_changes_an_hour_is_no_age(dana: User, settings: Settings) -> None:
    settings.NOTIFICATION_URL = "https://portal.example"
    listening = {"interval": timedelta(hours=1)}
    for name, minutes, unread in (("ana", 50, None), ("bo", 62, None), ("cy", 30, 20), ("di", 90, None)):
        connection = make_fresh(dana.account, name, last_good_sync_at=ago(minutes=minutes))
        unread_since = ago(minutes=unread) if unread else None
        Listening.objects.create(connection=connection, unread_since=unread_since, **listening)
    found = summary.of(dana, timezone.now())
    assert [found.ages[each] for each in Age] == [0, 0, 1, 1, 2, 0]


@pytest.mark.django_db
def test_weeks_count_when_those_who_are_connected_came_first(dana: User) -> None:
    early, late, again, gone = (make_fresh(dana.account, name) for name in ("early", "late", "again", "gone"))
    connected(late, days=3)
    for days in (40, 2):
        connected(again, days=days)
    connected(gone, days=10)
    Connection.objects.filter(pk=gone.pk).update(state=ConnectionState.DISCONNECTED_BY_USER)
    assert early.is_active, "the audit log no longer knows when they connected"
    assert [number for _, number in summary.of(dana, timezone.now()).weeks] == [1, 1, 2, 2, 2, 2, 2, 3]


@pytest.mark.django_db
def test_a_group_admin_sees_pictures_of_their_own_people(dana: User) -> None:
    sam, ana = make_user(dana.account, "sam"), make_fresh(dana.account, "ana")
    make_fresh(dana.account, "bo")
    make_group(dana.account, "Sales", ana.user, admin=sam)
    found = summary.of(sam, timezone.now())
    assert (found.people, found.connected, found.mailboxes) == (2, 1, 1)


@pytest.mark.django_db
def test_pictures_are_said_in_words_as_well(dana: User) -> None:
    connected(make_fresh(dana.account, "ana"), days=1)
    page = signed_in(dana).get("/rooms/connections/").content.decode()
    assert "Within 5 minutes: 1." in page
    assert page.count('role="img"') == 2
    assert "<caption" in page
