"""What is held of a disconnected mailbox is deleted: whole, once, and by whoever comes after a killed worker."""

import uuid

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks, Settings

from accounts.extensions import person_deactivated
from accounts.models import AuditAction, AuditEvent, User
from calendar_integration import contacts, meetings, tasks
from calendar_integration.authorization import connecting
from calendar_integration.ending import forgetting
from calendar_integration.errors import LeaseLostError
from calendar_integration.integration_setting import ContactAccess, Permissions
from calendar_integration.models import Connection, ConnectionState, Contact, Meeting, Stream
from calendar_integration.sync import leases
from calendar_integration.sync.engine import Status, sync_connection
from calendar_integration.tokens import Grant
from calendar_integration.tokens.id_token import Identity
from tests.calendar_integration.making import lock, make_connected_person, set_integration, unlock
from tests.calendar_integration.synced import make_connected
from tests.calendar_integration.test_sync_meanwhile import after_the_first_page
from tests.makers import CONTOSO_TENANT, make_account, make_attempt, make_meeting, make_service
from tests.sandbox.running import Sandbox

pytestmark = pytest.mark.django_db


def make_disconnected(meetings_held: int = 1) -> Connection:
    """Ana, whom a lock has just disconnected; nothing is deleted yet."""
    account = make_account()
    make_service(account)
    connection = make_connected_person(account)
    for _ in range(meetings_held - 1):
        make_meeting(connection)
    set_integration(account, on=False)
    lock(account)
    connection.refresh_from_db()
    return connection


def rows_of(connection: Connection) -> int:
    return sum(rows.objects.filter(connection=connection).count() for rows in (Meeting, Contact, Stream))


def times_forgotten() -> int:
    return AuditEvent.objects.filter(action=AuditAction.MAILBOX_FORGOTTEN).count()


def test_tokens_and_rows_go_and_it_is_audited_once() -> None:
    connection = make_disconnected()
    assert (connection.to_forget, connection.token_cache, rows_of(connection)) == (True, "{}", 3)
    version = connection.token_cache_version
    for _ in range(2):
        tasks.forget_mailboxes([connection.pk])
    connection.refresh_from_db()
    assert rows_of(connection) == 0
    assert (connection.token_cache, connection.token_cache_version) == ("", version + 1)
    assert (connection.mailbox, connection.oid, connection.to_forget) == ("", None, False)
    assert connection.state == ConnectionState.DISCONNECTED_BY_POLICY
    assert times_forgotten() == 1


def test_until_then_no_page_shows_what_is_left() -> None:
    connection = make_disconnected()
    assert not meetings.of_user(connection.user).exists()
    assert not contacts.of_user(connection.user).exists()


def test_the_deletion_is_queued_when_the_change_commits(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks, settings: Settings
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    with django_capture_on_commit_callbacks(execute=True) as queued:
        connection = make_disconnected()
    assert queued  # with the queue out of reach this logs a warning, and the scheduled task finds it:
    tasks.forget_left_over()
    assert rows_of(connection) == 0


def test_a_worker_killed_half_way_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "BATCH", 4)
    connection = make_disconnected(meetings_held=10)
    assert forgetting._delete_some(connection.pk)
    assert Meeting.objects.count() == 6
    assert times_forgotten() == 0
    tasks.forget_left_over()
    assert rows_of(connection) == 0
    assert times_forgotten() == 1


def test_looking_for_left_overs_costs_one_query_where_there_are_none() -> None:
    make_connected_person(make_account())
    with CaptureQueriesContext(database) as captured:
        tasks.forget_left_over()
    assert len(captured) == 1
    assert rows_of(Connection.objects.get()) == 3


def test_a_mailbox_that_works_is_never_forgotten() -> None:
    connection = make_connected_person(make_account())
    tasks.forget_mailboxes([connection.pk])
    connection.refresh_from_db()
    assert (rows_of(connection), connection.token_cache) == (3, "{}")


def connect_anew(connection: Connection, oid: uuid.UUID | None, permissions: Permissions) -> Connection:
    identity = Identity(CONTOSO_TENANT, oid or uuid.uuid4(), "ana@contoso.example")
    attempt = make_attempt(connection.user)
    attempt.permissions = permissions
    attempt.save()
    return connecting.connect(attempt, identity, Grant({}, "Calendars.Read", "token", "new"))


def test_connecting_anew_before_the_deletion_deletes_first_and_keeps_the_new_tokens() -> None:
    connection = make_disconnected()
    unlock(connection.account)
    set_integration(connection.account)
    anew = connect_anew(connection, connection.oid, Permissions())
    assert (rows_of(anew), times_forgotten()) == (0, 1)
    make_meeting(anew)
    tasks.forget_mailboxes([anew.pk])
    anew.refresh_from_db()
    assert (anew.token_cache, rows_of(anew), anew.state) == ("new", 1, ConnectionState.ACTIVE)
    assert (anew.disconnected_because, anew.disconnected_at) == ("", None)


def test_the_same_mailbox_without_contacts_keeps_its_meetings_only() -> None:
    connection = make_connected_person(make_account())
    make_service(connection.account)
    Stream.objects.create(connection=connection, kind="contacts")
    anew = connect_anew(connection, connection.oid, Permissions(contacts=ContactAccess.NONE))
    assert anew.permissions == Permissions(contacts=ContactAccess.NONE)
    assert (Meeting.objects.count(), Contact.objects.count()) == (1, 0)
    assert list(Stream.objects.values_list("kind", flat=True)) == ["events"]


def test_a_worker_in_the_middle_of_a_sync_writes_nothing_any_more() -> None:
    account = make_account()
    connection = make_connected_person(account)
    with leases.lease(connection.pk) as lease_id:
        assert lease_id
        set_integration(account, on=False)
        lock(account)
        for touch in (leases.confirm, leases.extend):
            with pytest.raises(LeaseLostError):
                touch(connection.pk, lease_id)
    assert sync_connection(connection.pk).status is Status.NOT_CONNECTED


def test_a_sync_that_meets_the_lock_leaves_nothing_in_a_forgotten_mailbox(
    microsoft: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = make_connected(microsoft)

    def lock_off_and_forget() -> None:
        set_integration(connection.account, on=False)
        lock(connection.account)
        forgetting.forget(connection.pk)

    after_the_first_page(monkeypatch, lock_off_and_forget)
    assert sync_connection(connection.pk).status is Status.BUSY
    assert rows_of(connection) == 0
    connection = Connection.objects.get()
    assert (connection.token_cache, connection.state) == ("", ConnectionState.DISCONNECTED_BY_POLICY)


def test_whoever_is_deactivated_while_at_microsoft_is_not_connected() -> None:
    connection = make_disconnected()
    unlock(connection.account)
    set_integration(connection.account)
    User.objects.update(is_active=False)
    with pytest.raises(connecting.MeanwhileForbiddenError, match="deactivated"):
        connect_anew(connection, connection.oid, Permissions())


def test_whoever_is_deactivated_is_disconnected_too() -> None:
    connection = make_connected_person(make_account())
    person_deactivated(connection.user, "Dana Reyes")
    connection.refresh_from_db()
    assert (connection.state, connection.to_forget) == (ConnectionState.DISCONNECTED_BY_POLICY, True)
    assert connection.disconnected_because == "Your Atrium user was deactivated."
    person_deactivated(connection.user, "Dana Reyes")
    assert AuditEvent.objects.filter(action=AuditAction.DISCONNECTED).count() == 1
