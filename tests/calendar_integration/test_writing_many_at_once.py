"""Those who write many connections at once: nobody waits for the other, and no mailbox is claimed twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection as database
from django.db import connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from calendar_integration.ending import disconnecting
from calendar_integration.models import Connection, ConnectionState
from calendar_integration.sync import schedule
from tests.makers import make_account, make_connection, make_user


def make_two() -> tuple[Connection, Connection]:
    """Mailboxes that are due, and have been silent for long."""
    account, ago = make_account(), timezone.now() - timedelta(hours=1)
    first, second = (
        make_connection(make_user(account, name), next_attempt_at=ago, last_good_sync_at=ago, connected_at=ago)
        for name in ("ana", "bo")
    )
    return first, second


def on_its_own(work: Callable[[], object]) -> Callable[[], object]:
    """The same for another thread: it gives its database connection back, and waits for no lock longer than this."""

    def working() -> object:
        try:
            with database.cursor() as cursor:
                cursor.execute("SET lock_timeout = '5s'")
            return work()
        finally:
            connections.close_all()

    return working


def lock(connection: Connection) -> None:
    """As whoever disconnects it does, until the transaction ends."""
    Connection.objects.select_for_update().get(pk=connection.pk)


@pytest.mark.django_db(transaction=True)
def test_a_mailbox_that_somebody_is_writing_is_claimed_the_next_time() -> None:
    held, free = make_two()
    with ThreadPoolExecutor(1) as dispatcher:
        with transaction.atomic():
            lock(held)
            assert dispatcher.submit(on_its_own(schedule.claim_due)).result() == [free.pk]
        assert dispatcher.submit(on_its_own(schedule.claim_due)).result() == [held.pk]


@pytest.mark.django_db(transaction=True)
def test_two_who_claim_at_once_share_no_mailbox() -> None:
    first, second = make_two()
    with ThreadPoolExecutor(1) as dispatcher, transaction.atomic():
        assert set(schedule.claim_due()) == {first.pk, second.pk}
        assert dispatcher.submit(on_its_own(schedule.claim_due)).result() == []


@pytest.mark.django_db(transaction=True)
def test_a_mailbox_that_somebody_is_writing_is_called_stale_the_next_time() -> None:
    held, free = make_two()
    with ThreadPoolExecutor(1) as dispatcher:
        with transaction.atomic():
            lock(held)
            assert dispatcher.submit(on_its_own(schedule.mark_stale)).result() == 1
        assert Connection.objects.get(state=ConnectionState.STALE) == free
        assert dispatcher.submit(on_its_own(schedule.mark_stale)).result() == 1


@pytest.mark.django_db
def test_whoever_disconnects_many_locks_them_in_their_order_before_writing() -> None:
    first, second = make_two()
    with CaptureQueriesContext(database) as captured:
        because = {second.user_id: "No.", first.user_id: "No."}
        disconnecting.disconnect(first.account, because, actor="Dana Reyes", reason="")
    table = '"calendar_integration_connection"'
    touching = [
        query["sql"] for query in captured if f"FROM {table}" in query["sql"] or f"UPDATE {table}" in query["sql"]
    ]
    assert touching[0].startswith(f'SELECT {table}."id"')
    assert touching[0].endswith("ORDER BY 1 ASC FOR UPDATE")
    assert touching[1].startswith(f"UPDATE {table}")
    assert set(Connection.objects.values_list("state", flat=True)) == {ConnectionState.DISCONNECTED_BY_POLICY}
