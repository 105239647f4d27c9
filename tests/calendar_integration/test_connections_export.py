"""The Connections page as a CSV file: the same people, in words that a program can go by, in constant memory."""

import csv
import io

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditAction, AuditEvent, User
from calendar_integration.health import export
from calendar_integration.health.listing import Filters
from calendar_integration.models import Connection
from calendar_integration.sync.kinds import FailureKind
from tests.accounts.making_people import make_group, make_owner, make_people, signed_in
from tests.calendar_integration.making_health import make_failing, make_fresh, make_stale
from tests.makers import make_account, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def dana() -> User:
    return make_owner()


def exported(user: User, query: str = "") -> list[dict[str, str]]:
    data = signed_in(user).get(f"/rooms/connections.csv{query}").getvalue()
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_every_column(dana: User) -> None:
    ana = make_failing(dana.account, "ana", FailureKind.THROTTLED)
    (row,) = exported(dana)
    assert tuple(row) == export.COLUMNS
    assert 420 <= int(row.pop("age_seconds")) < 480
    assert ana.last_good_sync_at
    assert ana.failing_since
    assert ana.next_attempt_at
    assert row == {
        "email": "ana@contoso.example",
        "name": "Ana Lima",
        "state": "retrying",
        "mailbox": "ana@contoso.example",
        "method": "Graph",
        "last_good_sync": f"{ana.last_good_sync_at:%Y-%m-%dT%H:%M:%SZ}",
        "told_of_changes": "no",
        "error_class": "throttled",
        "error": "Throttled",
        "failing_since": f"{ana.failing_since:%Y-%m-%dT%H:%M:%SZ}",
        "set_aside_since": "",
        "set_aside_because": "",
        "next_try": f"{ana.next_attempt_at:%Y-%m-%dT%H:%M:%SZ}",
        "unreadable_items": "0",
    }


def test_the_filters_of_the_page_hold_and_that_it_left_is_audited(dana: User) -> None:
    make_stale(dana.account, "ana")
    make_fresh(dana.account, "bo")
    make_stale(make_account("fabrikam"), "una")
    assert [row["name"] for row in exported(dana, "?state=stale&q=lima")] == ["Ana Lima"]
    assert AuditEvent.objects.get(action=AuditAction.CONNECTIONS_EXPORTED).after == {"filters": 2}


def test_a_group_admin_gets_their_own_people(dana: User) -> None:
    sam, ana = make_user(dana.account, "sam"), make_fresh(dana.account, "ana")
    make_fresh(dana.account, "bo")
    make_group(dana.account, "Sales", ana.user, admin=sam)
    assert [row["email"] for row in exported(sam, "?state=everyone")] == ["ana@contoso.example", "sam@contoso.example"]


def test_people_without_are_empty_cells(dana: User) -> None:
    (row,) = exported(dana, "?state=none")
    assert row == {**dict.fromkeys(export.COLUMNS, ""), "email": dana.email, "name": dana.name, "state": "none"}


def test_one_query_for_each_batch(dana: User) -> None:
    people = make_people(dana.account, [f"P {number:03}" for number in range(25)])
    Connection.objects.bulk_create(Connection(user=one, account=dana.account, state="active") for one in people)
    with CaptureQueriesContext(database) as queries:
        found = list(export.rows(dana, Filters(), timezone.now(), batch_size=10))
    assert len(found) == 25
    assert len(queries) == 3
