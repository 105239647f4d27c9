"""A person ends their own connection: told what goes, everything goes, and coming back begins anew."""

from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import AuditAction, AuditEvent, User
from calendar_integration import tasks
from calendar_integration.authorization import attempts, evaluation
from calendar_integration.models import (
    AskMode,
    AuthorizationAttempt,
    Connection,
    ConnectionState,
    Contact,
    Meeting,
    Outcome,
    Stream,
)
from calendar_integration.sync.engine import Status, sync_connection
from tests.accounts.making_history import text_of
from tests.calendar_integration.journey import Traveller
from tests.calendar_integration.making import make_connected_person
from tests.calendar_integration.mirror import assert_is_mirror
from tests.calendar_integration.synced import make_synced, sync
from tests.makers import (
    make_account,
    make_attempt,
    make_connection,
    make_contact,
    make_meeting,
    make_service,
    make_user,
    set_ask,
)
from tests.sandbox.running import Sandbox

pytestmark = pytest.mark.django_db

ADDRESS = "/profile/office365/disconnect/"
HELD_STATES = (
    ConnectionState.ACTIVE,
    ConnectionState.STALE,
    ConnectionState.NEEDS_REAUTHORIZATION,
    ConnectionState.MAILBOX_UNSUPPORTED,
)


def make_ana() -> Connection:
    account = make_account()
    make_service(account)
    return make_connected_person(account)


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def disconnect(user: User) -> str:
    """Confirm; answers what the profile says next."""
    response = browser_of(user).post(ADDRESS, follow=True)
    assert response.redirect_chain == [("/profile/#office365", 302)]
    return text_of(response)


def rows_of(connection: Connection) -> int:
    return sum(rows.objects.filter(connection=connection).count() for rows in (Meeting, Contact, Stream))


def test_the_question_counts_exactly_what_will_be_deleted() -> None:
    ana = make_ana()
    for _ in range(2):
        make_meeting(ana)
    make_meeting(ana, kind="seriesMaster")
    make_contact(ana)
    page = text_of(browser_of(ana.user).get(ADDRESS))
    for line in (
        "Meetings 3",
        "Series behind repeated meetings 1",
        "Contacts 2",
        "Authorizations (tokens of your mailbox) 1",
    ):
        assert line in page
    assert rows_of(ana) == 7
    ana.refresh_from_db()
    assert ana.is_active, "asking ends nothing"


def test_everything_goes_and_it_is_audited() -> None:
    ana = make_ana()
    version = ana.token_cache_version
    assert "Office 365 is disconnected." in disconnect(ana.user)
    ana = Connection.objects.get()
    assert (ana.state, ana.token_cache, ana.connected_at) == (ConnectionState.DISCONNECTED_BY_USER, "", None)
    assert ana.token_cache_version == version + 1, "a refresh under way must not bring the tokens back"
    event = AuditEvent.objects.get(action=AuditAction.DISCONNECTED)
    assert (event.actor, event.target_id, event.after) == (ana.user, ana.user_id, {"state": "disconnected_by_user"})
    tasks.forget_mailboxes([ana.pk])
    ana = Connection.objects.get()
    assert rows_of(ana) == 0
    left = (ana.mailbox, ana.tenant_id, ana.oid, ana.granted_scopes, ana.ews_url, ana.last_good_sync_at, ana.last_error)
    assert left == ("", None, None, "", "", None, "")
    assert "Atrium keeps nothing of your mailbox." in text_of(browser_of(ana.user).get("/profile/"))


@pytest.mark.parametrize("state", HELD_STATES)
def test_every_state_that_holds_a_mailbox_can_be_left(state: ConnectionState) -> None:
    ana = make_ana()
    Connection.objects.update(state=state)
    assert ADDRESS in browser_of(ana.user).get("/profile/").content.decode()
    disconnect(ana.user)
    assert Connection.objects.get().state == ConnectionState.DISCONNECTED_BY_USER


@pytest.mark.parametrize("state", [None, ConnectionState.NONE, ConnectionState.DISCONNECTED_BY_POLICY])
def test_where_nothing_is_connected_there_is_nothing_to_disconnect(state: ConnectionState | None) -> None:
    account = make_account()
    make_service(account)
    user = make_user(account)
    if state:
        make_connection(user, state)
    client = browser_of(user)
    assert ADDRESS not in client.get("/profile/").content.decode()
    assert "There is nothing to disconnect" in text_of(client.get(ADDRESS))
    assert "there was nothing to disconnect" in disconnect(user)
    assert not AuditEvent.objects.filter(action=AuditAction.DISCONNECTED).exists()


def test_twice_is_once() -> None:
    ana = make_ana()
    disconnect(ana.user)
    disconnect(ana.user)
    assert AuditEvent.objects.filter(action=AuditAction.DISCONNECTED).count() == 1


def test_it_works_with_a_dead_token_and_microsoft_out_of_reach(microsoft: Sandbox, settings: Settings) -> None:
    connection = make_synced(microsoft)
    microsoft.fault("token.refresh_revoked")
    Connection.objects.update(state=ConnectionState.NEEDS_REAUTHORIZATION)
    settings.MS_AUTHORITY_HOST = settings.MS_GRAPH_URL = "https://127.0.0.1:9"
    disconnect(connection.user)
    tasks.forget_left_over()
    assert rows_of(connection) == 0
    assert sync_connection(connection.pk).status is Status.NOT_CONNECTED


def test_whoever_comes_back_to_the_same_mailbox_begins_with_empty_rows(microsoft: Sandbox) -> None:
    connection = make_synced(microsoft)
    make_meeting(connection, subject="From before")
    disconnect(connection.user)
    mia = Traveller(connection.user, microsoft, "Mia Brandt")
    connection = mia.connect()
    assert rows_of(connection) == 0, "also where the worker has not been there yet"
    assert (connection.last_good_sync_at, connection.to_forget) == (None, False)
    sync(connection)
    assert_is_mirror(microsoft, connection)


def test_authorizing_again_after_the_authorization_was_lost_keeps_how_far_it_was_read(microsoft: Sandbox) -> None:
    connection = make_synced(microsoft)
    read = set(Stream.objects.values_list("kind", "delta_link"))
    held = rows_of(connection)
    Connection.objects.update(state=ConnectionState.NEEDS_REAUTHORIZATION)
    connection = Traveller(connection.user, microsoft, "Mia Brandt").connect()
    assert rows_of(connection) == held
    assert set(Stream.objects.values_list("kind", "delta_link")) == read
    assert not [each for each in sync(connection).rounds if each.is_full], "it goes on where it was"


def test_an_attempt_that_fails_afterwards_does_not_bring_the_connection_back() -> None:
    ana = make_ana()
    early = make_attempt(ana.user, state_before=ConnectionState.ACTIVE)
    disconnect(ana.user)
    early.refresh_from_db()
    attempts.finish(early, attempts.Ending(Outcome.DECLINED))
    assert Connection.objects.get().state == ConnectionState.DISCONNECTED_BY_USER
    assert AuthorizationAttempt.objects.get().outcome == Outcome.SETTING_CHANGED, "disconnecting has ended it"


def test_an_answer_that_is_being_redeemed_does_not_connect_what_was_disconnected_meanwhile(microsoft: Sandbox) -> None:
    account = make_account()
    make_service(account)
    ana = Traveller(make_user(account), microsoft)
    ana.connect()
    answer = ana.answer()
    attempt = AuthorizationAttempt.objects.latest("pk")
    assert attempts.claim(ana.user, attempt.state), "the answer is taken, and redeemed from now on"
    ana.client.post(ADDRESS)
    query = dict(parse_qsl(urlsplit(answer).query))
    ending = evaluation.evaluate(attempt, query)
    attempts.finish(attempt, ending)
    assert Connection.objects.get().state == ConnectionState.DISCONNECTED_BY_USER
    assert (ending.outcome, ending.detail) == (Outcome.SETTING_CHANGED, "You have disconnected")


def test_whoever_is_asked_at_every_sign_in_is_told_that_they_will_be_asked_again() -> None:
    ana = make_ana()
    assert "takes you to Microsoft again" not in text_of(browser_of(ana.user).get(ADDRESS))
    set_ask(ana.account, AskMode.EVERY)
    assert "takes you to Microsoft again" in text_of(browser_of(ana.user).get(ADDRESS))


def test_a_thousand_rows_cost_as_many_queries_as_one() -> None:
    ana = make_ana()
    client = browser_of(ana.user)
    client.get(ADDRESS)

    def queries(method: str) -> int:
        with CaptureQueriesContext(database) as captured:
            getattr(client, method)(ADDRESS)
        return len(captured)

    few = queries("get")
    for _ in range(1000):
        make_meeting(ana)
    assert queries("get") == few <= 10
    assert queries("post") <= 16


def test_another_accounts_people_are_not_touched() -> None:
    ana = make_ana()
    other = make_connected_person(make_account("fabrikam"), "finn")
    disconnect(ana.user)
    other.refresh_from_db()
    assert other.is_active
    assert other.next_attempt_at is None or other.next_attempt_at < timezone.now() + timedelta(days=1)
