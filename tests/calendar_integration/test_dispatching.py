"""Which mailboxes are queued: fair between companies, within bounds, none of a company that pauses."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import Account, User
from calendar_integration.models import Circuit, Connection, ConnectionState
from calendar_integration.sync import schedule
from tests.makers import make_account

pytestmark = pytest.mark.django_db


def make_company(vanity: str, mailboxes: int) -> Account:
    """A company all of whose mailboxes are due."""
    account, due = make_account(vanity), timezone.now() - timedelta(minutes=1)
    people = [User(account=account, username=f"{vanity}{n}", email=f"{n}@{vanity}.example") for n in range(mailboxes)]
    User.objects.bulk_create(people)
    values = {"state": ConnectionState.ACTIVE, "next_attempt_at": due}
    Connection.objects.bulk_create([Connection(user=person, account=account, **values) for person in people])
    return account


def claimed_of(account: Account, claimed: list[int]) -> int:
    return Connection.objects.filter(account=account, pk__in=claimed).count()


def test_a_small_company_is_read_at_once_however_many_a_great_one_has_waiting(settings: Settings) -> None:
    settings.SYNC_UNDER_WAY = 20
    great, small = make_company("great", 60), make_company("small", 3)
    first = schedule.claim_due()
    assert len(first) == 20
    assert claimed_of(small, first) == 3
    assert claimed_of(small, first[:6]) == 3, "they take turns in the queue too"
    assert claimed_of(great, first) == 17


def test_where_there_is_room_for_few_companies_those_whose_mailbox_is_due_for_longest_are_first(
    settings: Settings,
) -> None:
    settings.SYNC_UNDER_WAY = 1
    companies = [make_company(f"company{n}", 1) for n in range(5)]
    for hours, company in zip((2, 4, 1, 5, 3), companies, strict=True):
        due = timezone.now() - timedelta(hours=hours)
        Connection.objects.filter(account=company).update(next_attempt_at=due)
    served = []
    for _ in companies:
        served += schedule.claim_due()
        Connection.objects.filter(pk__in=served).update(claimed_until=None)
    assert [Connection.objects.get(pk=pk).account for pk in served] == [companies[n] for n in (3, 1, 4, 0, 2)]


def test_nothing_more_is_queued_while_as_many_as_may_be_are_under_way(settings: Settings) -> None:
    settings.SYNC_UNDER_WAY = 20
    make_company("great", 30)
    assert len(schedule.claim_due()) == 20
    assert schedule.claim_due() == []
    done = Connection.objects.filter(claimed_until__isnull=False).values_list("pk", flat=True)[:5]
    Connection.objects.filter(pk__in=list(done)).update(claimed_until=None)
    assert len(schedule.claim_due()) == 5


def test_what_was_queued_and_never_taken_is_queued_again_after_a_while(settings: Settings) -> None:
    settings.SYNC_UNDER_WAY = 20
    make_company("great", 20)
    assert len(schedule.claim_due()) == 20
    a_while_ago = timezone.now() - timedelta(seconds=1)
    Connection.objects.update(claimed_until=a_while_ago, next_attempt_at=a_while_ago)
    assert len(schedule.claim_due()) == 20


def test_one_company_has_no_more_under_way_than_it_may(settings: Settings) -> None:
    settings.SYNC_UNDER_WAY_PER_ACCOUNT = 10
    great, small = make_company("great", 30), make_company("small", 12)
    claimed = schedule.claim_due()
    assert (claimed_of(great, claimed), claimed_of(small, claimed)) == (10, 10)


def test_a_company_that_pauses_is_left_out(settings: Settings) -> None:
    pausing, other = make_company("pausing", 5), make_company("other", 5)
    now = timezone.now()
    Circuit.objects.create(account=pausing, cause="mailboxes", since=now, opened_at=now, next_probe_at=now)
    claimed = schedule.claim_due()
    assert (claimed_of(pausing, claimed), claimed_of(other, claimed)) == (0, 5)


def test_a_company_in_which_some_have_failed_goes_on(settings: Settings) -> None:
    account = make_company("contoso", 5)
    Circuit.objects.create(account=account, cause="mailboxes", since=timezone.now(), mailboxes=[1])
    assert len(schedule.claim_due()) == 5


def claiming() -> list[str]:
    """The statements of one claim."""
    with CaptureQueriesContext(database) as captured:
        assert schedule.claim_due()
    return [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]


def test_claiming_takes_the_same_statements_for_few_and_for_many() -> None:
    counts = []
    for vanity, mailboxes in (("small", 1), ("great", 400)):
        company = make_company(vanity, mailboxes)
        counts.append(len(claiming()))
        assert not Connection.objects.filter(account=company, claimed_until=None).exists()
    assert counts == [4, 4]


@pytest.mark.parametrize(("rows", "pages"), [(-1, 0), (0, 0), (0, 30), (500, 30)])
def test_no_mailbox_is_looked_at_for_another_one(rows: int, pages: int) -> None:
    """Whatever PostgreSQL believes of the table, even that it is empty: no plan may compare all with all."""
    make_company("great", 500)
    statements = claiming()[-2:]
    Connection.objects.update(next_attempt_at=timezone.now() - timedelta(minutes=1), claimed_until=None)
    with database.cursor() as cursor:
        believed = "UPDATE pg_class SET reltuples = %s, relpages = %s WHERE relname = %s"
        cursor.execute(believed, [rows, pages, Connection._meta.db_table])
    most = [most_rows(explained(statement)) for statement in statements]
    assert all(500 <= many <= 3 * 500 for many in most), most


def explained(statement: str) -> dict[str, Any]:
    """The plan of a statement, and what its steps went through."""
    with database.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}")
        (plan,) = cursor.fetchone()[0]
    return dict(plan["Plan"])


def most_rows(node: dict[str, Any]) -> int:
    """The most rows that any step of a plan has gone through."""
    seen = node["Actual Rows"] + node.get("Rows Removed by Join Filter", 0) + node.get("Rows Removed by Filter", 0)
    return int(max([seen * node["Actual Loops"], *map(most_rows, node.get("Plans", []))]))
