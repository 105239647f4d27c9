"""Locking the integration with other permissions disconnects exactly those whose own differ, and nobody else."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection as database
from django.db import connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks

from accounts.extensions import run_consequences
from accounts.impact import Impact, preview
from accounts.models import Account, AuditAction, AuditEvent, Membership, User
from accounts.tiered_settings import revision, store
from accounts.tiered_settings.store import Action, Change
from calendar_integration.authorization import attempts, connecting
from calendar_integration.ending.disconnecting import WORDS
from calendar_integration.integration_setting import CalendarAccess, ContactAccess, Method, Permissions
from calendar_integration.models import AuthorizationAttempt, Connection, ConnectionState, Outcome
from calendar_integration.setting_definitions import INTEGRATION
from calendar_integration.tokens import Grant
from calendar_integration.tokens.id_token import Identity
from tests.calendar_integration.making import (
    KEY,
    authorized,
    lock,
    make_connected_person,
    make_group,
    set_integration,
    unlock,
)
from tests.makers import CONTOSO_TENANT, make_account, make_attempt, make_connection, make_service, make_user

pytestmark = pytest.mark.django_db

AUTHORIZED = {
    "ana": Permissions(),
    "bo": Permissions(calendars=CalendarAccess.READWRITE),
    "cy": Permissions(Method.EWS, CalendarAccess.READWRITE, ContactAccess.READ),
    "ed": Permissions(contacts=ContactAccess.NONE),
}


def make_five() -> Account:
    """Ana, Bo, Cy and Ed, each connected with permissions of their own, and Di, who is not connected."""
    account = make_account()
    make_service(account)
    for name, permissions in AUTHORIZED.items():
        make_connected_person(account, name, **authorized(permissions))
    make_user(account, "di")
    return account


def disconnected() -> set[str]:
    gone = Connection.objects.filter(state=ConnectionState.DISCONNECTED_BY_POLICY)
    return {email.partition("@")[0] for email in gone.values_list("user__email", flat=True)}


def names(happened: dict[int, str]) -> set[str]:
    emails = User.objects.filter(pk__in=happened).values_list("email", flat=True)
    return {email.partition("@")[0] for email in emails}


def test_ana_stays_bo_cy_and_ed_go_and_di_is_not_concerned() -> None:
    account = make_five()
    set_integration(account)
    assert disconnected() == set()
    happened = lock(account, "Company policy 4.2")
    assert names(happened) == disconnected() == {"bo", "cy", "ed"}
    assert set(happened.values()) == {WORDS}
    assert not Connection.objects.filter(user__email__startswith="di@").exists()
    assert unlock(account) == {}
    assert disconnected() == {"bo", "cy", "ed"}


def test_other_permissions_while_locked_disconnect_ana_as_well() -> None:
    account = make_five()
    lock(account)
    assert names(set_integration(account, calendars="readwrite")) == {"ana"}
    assert disconnected() == {"ana", "bo", "cy", "ed"}


def test_locked_off_disconnects_everyone() -> None:
    account = make_five()
    set_integration(account, on=False)
    assert disconnected() == set()
    lock(account)
    assert disconnected() == {"ana", "bo", "cy", "ed"}


def test_each_is_told_why_and_audited_once() -> None:
    account = make_five()
    lock(account, "Company policy 4.2")
    bo = Connection.objects.get(user__email__startswith="bo@")
    assert bo.disconnected_because.endswith("contacts read. Reason: Company policy 4.2.")
    assert (bo.lease_id, bo.next_attempt_at, bo.connected_at) == (None, None, None)
    assert bo.disconnected_at
    assert run_consequences(account, None, actor="Dana Reyes") == {}
    audited = AuditEvent.objects.filter(action=AuditAction.DISCONNECTED)
    assert audited.count() == 3
    event = audited.get(target_id=bo.user_id)
    assert (event.target_type, event.actor_label) == ("user", "Dana Reyes")
    assert event.after["reason"] == "Company policy 4.2"


@pytest.mark.parametrize(
    "state",
    [
        ConnectionState.STALE,
        ConnectionState.NEEDS_REAUTHORIZATION,
        ConnectionState.MAILBOX_UNSUPPORTED,
        ConnectionState.BLOCKED_BY_ADMIN,
        ConnectionState.PENDING,
    ],
)
def test_a_mailbox_that_is_held_goes_in_whatever_state_it_is(state: ConnectionState) -> None:
    account = make_account()
    make_connection(make_user(account), state, connected_at=timezone.now())
    set_integration(account, on=False)
    lock(account)
    assert disconnected() == {"ana"}


@pytest.mark.parametrize("state", [ConnectionState.NONE, ConnectionState.PENDING, ConnectionState.BLOCKED_BY_ADMIN])
def test_whoever_never_had_a_mailbox_is_left_alone(state: ConnectionState) -> None:
    account = make_account()
    make_connection(make_user(account), state, connected_at=None)
    set_integration(account, on=False)
    assert lock(account) == {}
    assert disconnected() == set()


def test_a_groups_lock_counts_for_its_members_until_a_better_group_has_a_word() -> None:
    account = make_five()
    people = {user.get_short_name(): user for user in User.objects.all()}
    interns = make_group(account, "Interns", 2, people["Ana"], people["Bo"])
    sales = make_group(account, "Sales", 1, people["Bo"])
    set_integration(sales, calendars="readwrite")
    set_integration(interns, contacts="none")
    assert names(lock(interns)) == {"ana"}
    assert disconnected() == {"ana"}


def test_joining_a_locked_group_disconnects_and_the_consequence_looks_at_those_people_only() -> None:
    account = make_five()
    strict = make_group(account, "Strict", 1)
    set_integration(strict, on=False)
    lock(strict)
    ana, bo = (User.objects.get(email__startswith=f"{name}@") for name in ("ana", "bo"))
    with transaction.atomic():
        revision.lock(account)
        Membership.objects.bulk_create([Membership(group=strict, user=person) for person in (ana, bo)])
        assert names(run_consequences(account, [ana.pk], actor="Dana Reyes")) == {"ana"}
    assert disconnected() == {"ana"}


def test_another_accounts_lock_is_none_of_ours() -> None:
    make_five()
    fabrikam = make_account("fabrikam")
    set_integration(fabrikam, on=False)
    lock(fabrikam)
    assert disconnected() == set()


def test_a_preview_tells_who_and_leaves_nothing_behind(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    account = make_five()
    make_attempt(User.objects.get(email__startswith="bo@"))
    before = list(Connection.objects.order_by("pk").values())
    with django_capture_on_commit_callbacks() as queued:
        impact = preview(account, lambda: lock(account), keys=[KEY])
    assert {d.user_id for d in impact.differences if d.consequence} == set(
        User.objects.exclude(email__startswith="ana@").exclude(email__startswith="di@").values_list("pk", flat=True)
    )
    assert queued == []
    assert list(Connection.objects.order_by("pk").values()) == before
    assert not AuditEvent.objects.filter(action=AuditAction.DISCONNECTED).exists()
    assert AuthorizationAttempt.objects.get().outcome == ""


def test_open_attempts_of_those_who_go_are_closed_and_change_nothing_any_more() -> None:
    account = make_five()
    bo = User.objects.get(email__startswith="bo@")
    attempt = make_attempt(bo, flow="{}", state_before=ConnectionState.ACTIVE)
    lock(account)
    attempt.refresh_from_db()
    assert (attempt.outcome, attempt.flow) == (Outcome.SETTING_CHANGED, "")
    assert "locked to other permissions" in attempt.detail
    attempts.finish(attempt, attempts.Ending(Outcome.DECLINED))
    assert "bo" in disconnected()


def count_queries(account: Account) -> int:
    with CaptureQueriesContext(database) as captured, transaction.atomic():
        lock(account)
        transaction.set_rollback(True)
    return len(captured)


def test_three_hundred_people_cost_as_many_queries_as_one() -> None:
    account = make_account()
    make_connection(make_user(account), ConnectionState.ACTIVE)
    set_integration(account, on=False)
    few = count_queries(account)
    people = [User(account=account, email=f"p{number}@contoso.example", name="P") for number in range(300)]
    groups = [make_group(account, f"G{number}", number + 1) for number in range(5)]
    for number, person in enumerate(User.objects.bulk_create(people)):
        make_connection(person, ConnectionState.ACTIVE)
        Membership.objects.create(group=groups[number % 5], user=person)
    assert count_queries(account) == few
    assert few < 25


def test_without_a_lock_nobodys_connection_is_even_looked_at() -> None:
    account = make_five()
    with CaptureQueriesContext(database) as captured:
        run_consequences(account, None, actor="Dana Reyes")
    assert sum("calendar_integration" in query["sql"] for query in captured) == 0


@pytest.mark.django_db(transaction=True)
def test_whoever_connects_while_a_lock_is_being_written_waits_and_is_then_refused() -> None:
    account = make_account()
    make_service(account)
    ana = make_user(account)

    attempt = make_attempt(ana)

    def come_back() -> str:
        identity = Identity(CONTOSO_TENANT, uuid.uuid4(), ana.email)
        try:
            connecting.connect(attempt, identity, Grant({}, "Calendars.Read", "token", "tokens"))
        except connecting.MeanwhileForbiddenError as error:
            return str(error.outcome)
        finally:
            connections.close_all()
        return "connected"

    with ThreadPoolExecutor(1) as microsoft:
        with transaction.atomic():
            set_integration(account, on=False)
            outcome = microsoft.submit(come_back)
            lock(account)
        assert outcome.result(10) == Outcome.SWITCHED_OFF
    assert not Connection.objects.exists()


def test_a_preview_without_a_lock_says_who_stays_connected() -> None:
    account = make_account()
    for name in ("ana", "bo"):
        make_connection(make_user(account, name))
    off = Change(account, INTEGRATION.key, Action.SET, {**INTEGRATION.default, "on": False})

    def shown() -> Impact:
        return preview(account, lambda: store.apply(off, actor="a test"), keys=[INTEGRATION.key])

    assert shown().remarks == (
        "2 people stay connected as before and Atrium goes on synchronising. Lock the setting to disconnect them.",
    )
    store.apply(Change(account, INTEGRATION.key, Action.LOCK, reason="Audit"), actor="a test")
    assert (shown().remarks, shown().affected) == ((), 2)
