"""An authorization that Microsoft no longer takes: believed the second time, told once, and mended by one click."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import AuditAction, AuditEvent, Role, User
from calendar_integration import notices, tasks
from calendar_integration.models import CalendarService, Connection, ConnectionState, ConsentState, Meeting
from calendar_integration.sync.engine import Status, SyncResult, sync_connection
from calendar_integration.sync.kinds import FailureKind
from tests.accounts.making_history import elements, signed_in, text_of
from tests.calendar_integration.journey import Traveller
from tests.calendar_integration.making import set_integration
from tests.calendar_integration.refreshing import let_expire, make_expired
from tests.calendar_integration.synced import make_connected, sync
from tests.makers import make_account, make_connection, make_service, make_user
from tests.sandbox.running import Sandbox

pytestmark = pytest.mark.django_db

LOST = ConnectionState.NEEDS_REAUTHORIZATION
MINUTES = timedelta(minutes=1)
REFUSALS = [
    "token.refresh_revoked",
    "token.refresh_expired",
    "token.sign_in_frequency",
    "token.account_disabled",
    "token.conditional_access",
    "token.mfa_required",
    "token.mfa_step_up",
]
NOBODYS_FAULT = ["token.invalid_client", "token.wrong_secret", "token.app_missing", "token.consent_withdrawn"]


def fail(connection: Connection) -> SyncResult:
    """A sync that Microsoft's token endpoint refuses; answers how it went."""
    result = sync_connection(connection.pk)
    assert result.status is Status.FAILED
    connection.refresh_from_db()
    return result


def fail_twice(connection: Connection, apart: timedelta) -> None:
    """Two syncs that are refused, so long after one another."""
    fail(connection)
    if connection.invalid_grant_at:
        Connection.objects.update(invalid_grant_at=timezone.now() - apart)
    fail(connection)


def make_lost(**fields: object) -> Connection:
    """Somebody whose authorization Microsoft refuses for good."""
    account = make_account()
    make_service(account)
    return make_connection(make_user(account), LOST, **{"mailbox": "ana@contoso.example", **fields})


def banner(user: User, address: str = "/contacts/") -> list[str]:
    """What stands above that page for this person."""
    found = elements(signed_in(user).get(address).content, "//div[contains(@class, 'banner-at')]")
    return [" ".join(one.text_content().split()) for one in found]


@pytest.mark.parametrize("fault", REFUSALS)
def test_the_second_refusal_a_quarter_of_an_hour_later_is_believed(microsoft: Sandbox, fault: str) -> None:
    connection = make_expired(microsoft)
    microsoft.fault(fault)
    fail_twice(connection, 15 * MINUTES)
    assert (connection.state, connection.next_attempt_at) == (LOST, None)
    row = AuditEvent.objects.get(action=AuditAction.CONNECTION_LOST)
    assert row.after == {"state": "needs_reauthorization"}
    assert "AADSTS" not in row.reason


@pytest.mark.parametrize("fault", REFUSALS)
def test_two_refusals_soon_after_one_another_may_be_a_hiccup(microsoft: Sandbox, fault: str) -> None:
    connection = make_expired(microsoft)
    microsoft.fault(fault, count=2)
    fail_twice(connection, 14 * MINUTES)
    assert connection.state == ConnectionState.ACTIVE
    assert sync_connection(connection.pk).status is Status.DONE
    connection.refresh_from_db()
    assert connection.invalid_grant_at is None, "the next refusal is a first one again"


@pytest.mark.parametrize("fault", NOBODYS_FAULT)
def test_what_is_not_the_persons_to_mend_never_costs_them_the_connection(microsoft: Sandbox, fault: str) -> None:
    connection = make_expired(microsoft)
    microsoft.fault(fault)
    fail_twice(connection, 16 * MINUTES)
    assert (connection.state, connection.invalid_grant_at) == (ConnectionState.ACTIVE, None)
    assert connection.next_attempt_at
    assert not AuditEvent.objects.filter(action=AuditAction.CONNECTION_LOST).exists()
    assert mail.outbox == []


def test_consent_withdrawn_is_noted_for_the_company_and_marks_nobody(microsoft: Sandbox) -> None:
    connection = make_expired(microsoft)
    CalendarService.objects.update(consent_state=ConsentState.CONFIRMED, consent_reported_at=None)
    other = make_connection(make_user(connection.account, "bo"), failures=1, failure_kind=FailureKind.CONSENT)
    microsoft.fault("token.consent_withdrawn")
    fail(connection)
    assert CalendarService.objects.get().consent_state == ConsentState.WITHDRAWN
    assert "has to approve it again" in connection.last_error
    other.refresh_from_db()
    assert (connection.state, other.state, other.last_error) == ("active", "active", "")
    microsoft.control("DELETE", "/faults")
    assert sync_connection(connection.pk).status is Status.DONE, "it goes on by itself once there is consent"


def test_one_mail_tells_the_person_and_no_second_worker_tells_them_again(
    microsoft: Sandbox, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    connection = make_expired(microsoft)
    mail.outbox.clear()
    microsoft.fault("token.refresh_revoked")
    with django_capture_on_commit_callbacks() as queued:
        fail_twice(connection, 15 * MINUTES)
    assert queued, "a task is queued when the change is there"
    for _ in range(2):
        tasks.tell_to_reauthorize(connection.pk)
    (message,) = mail.outbox
    assert message.to == [connection.user.email]
    assert "http://localhost:8000/profile/" in str(message.body)
    assert connection.mailbox in str(message.body)
    tasks.tell_untold()
    assert len(mail.outbox) == 1


def test_whoever_the_queue_forgot_is_told_by_the_schedule() -> None:
    connection = make_lost()
    tasks.tell_untold()
    tasks.tell_untold()
    assert [message.to for message in mail.outbox] == [[connection.user.email]]


def test_a_mail_server_that_is_away_is_tried_again(settings: Settings) -> None:
    connection = make_lost()
    works = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "tests.sso.test_certificate_notices.Down"
    assert not notices.tell_to_reauthorize(connection.pk)
    assert notices.untold() == [connection.pk]
    settings.EMAIL_BACKEND = works
    assert notices.tell_to_reauthorize(connection.pk)
    assert notices.untold() == []


@pytest.mark.parametrize("state", [ConnectionState.ACTIVE, ConnectionState.PENDING, "disconnected_by_user"])
def test_nobody_is_told_who_has_acted_meanwhile(state: ConnectionState) -> None:
    connection = make_lost()
    Connection.objects.update(state=state)
    tasks.tell_to_reauthorize(connection.pk)
    assert mail.outbox == []


def test_people_who_were_deactivated_get_no_mail() -> None:
    connection = make_lost()
    User.objects.update(is_active=False)
    tasks.tell_to_reauthorize(connection.pk)
    assert mail.outbox == []
    assert notices.untold() == []


def test_connecting_again_keeps_what_was_read_and_the_next_loss_is_told_anew(microsoft: Sandbox) -> None:
    connection = make_connected(microsoft)
    sync(connection)
    held, links = Meeting.objects.count(), list(connection.streams.values_list("delta_link", flat=True))
    Connection.objects.update(state=LOST, told_to_reauthorize_at=timezone.now())
    Traveller(connection.user, microsoft, "Mia Brandt").connect()
    connection.refresh_from_db()
    assert (connection.state, connection.told_to_reauthorize_at) == ("active", None)
    assert Meeting.objects.count() == held
    assert list(connection.streams.values_list("delta_link", flat=True)) == links
    microsoft.fault("token.refresh_revoked")
    let_expire(connection)
    fail_twice(connection, 15 * MINUTES)
    tasks.tell_to_reauthorize(connection.pk)
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("address", ["/meetings/", "/contacts/", "/profile/", "/settings/", "/nowhere/"])
def test_a_banner_stands_on_every_page_with_one_way_to_act(address: str) -> None:
    connection = make_lost()
    page = signed_in(connection.user).get(f"{address}?x=a%26b")
    assert "Microsoft no longer accepts the authorization of your mailbox" in text_of(page)
    (link,) = elements(page.content, "//div[contains(@class, 'banner-at')]//a")
    assert link.get("href") == f"/office365/authorize/?next={address.replace('/', '%2F')}%3Fx%3Da%2526b"
    assert len(banner(connection.user, address)) == 1


def test_it_goes_when_they_have_connected_again() -> None:
    connection = make_lost()
    assert banner(connection.user)
    Connection.objects.update(state=ConnectionState.ACTIVE)
    assert banner(connection.user) == []


def test_a_page_of_an_authorization_is_nothing_to_come_back_to() -> None:
    connection = make_lost()
    page = signed_in(connection.user).get("/office365/leave/")
    links = elements(page.content, "//div[contains(@class, 'banner-at')]//a/@href")
    assert links in ([], ["/office365/authorize/?next=%2Fmeetings%2F"])


def test_nobody_is_asked_to_do_what_their_company_switched_off() -> None:
    connection = make_lost()
    set_integration(connection.account, on=False)
    assert banner(connection.user) == []
    tasks.tell_untold()
    assert mail.outbox == []


def test_others_see_no_banner_and_everybody_pays_one_query_for_it() -> None:
    connection = make_lost()
    colleague = make_user(connection.account, "lee", role=Role.ADMIN)
    assert banner(colleague) == []
    client = signed_in(colleague)
    client.get("/settings/")
    with CaptureQueriesContext(database) as queries:
        client.get("/settings/")
    assert sum("secret_refused_at" in query["sql"] for query in queries) == 1
