"""Our own client secret, wrong or expired: the admins hear of it once, people stay connected."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import AuditAction, AuditEvent, Role
from calendar_integration import client_secret, tasks
from calendar_integration.models import CalendarService, Connection, Outcome
from calendar_integration.sync.engine import Status, sync_connection
from tests.calendar_integration.journey import Traveller
from tests.calendar_integration.refreshing import let_expire, make_expired
from tests.calendar_integration.test_needs_reauthorization import banner
from tests.makers import make_account, make_service, make_user
from tests.sandbox.running import Sandbox

pytestmark = pytest.mark.django_db

REFUSED = AuditAction.CLIENT_SECRET_REFUSED


def refused_at() -> object:
    return CalendarService.objects.get().secret_refused_at


@pytest.mark.parametrize("fault", ["token.invalid_client", "token.wrong_secret"])
def test_people_stay_connected_and_the_account_notes_it_once(
    microsoft: Sandbox, fault: str, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    connection = make_expired(microsoft)
    microsoft.fault(fault)
    with django_capture_on_commit_callbacks() as queued:
        for _ in range(3):
            assert sync_connection(connection.pk).status is Status.FAILED
    connection.refresh_from_db()
    assert (connection.state, connection.invalid_grant_at) == ("active", None)
    assert connection.last_error.startswith("Atrium's own registration")
    assert len(queued) == 1
    assert AuditEvent.objects.filter(action=REFUSED).count() == 1
    assert refused_at()


def test_owners_and_admins_get_one_mail_each(microsoft: Sandbox) -> None:
    account = make_account()
    make_service(account)
    for name, role in (("dana", Role.OWNER), ("lee", Role.ADMIN), ("kim", Role.MEMBER)):
        make_user(account, name, role=role)
    make_user(account, "old", role=Role.OWNER, is_active=False)
    make_user(make_account("fabrikam"), "finn", role=Role.OWNER)
    client_secret.note_refused(account)
    tasks.tell_secret_refused(account.pk)
    assert sorted(message.to for message in mail.outbox) == [["dana@contoso.example"], ["lee@contoso.example"]]
    assert "Nobody has to connect again" in str(mail.outbox[0].body)


def test_a_mail_that_comes_too_late_is_not_sent() -> None:
    account = make_account()
    make_service(account)
    make_user(account, "dana", role=Role.OWNER)
    client_secret.note_refused(account)
    client_secret.note_taken(account.pk)
    tasks.tell_secret_refused(account.pk)
    assert mail.outbox == []


def test_the_next_refresh_that_works_clears_it_and_a_cached_token_does_not(microsoft: Sandbox) -> None:
    connection = make_expired(microsoft)
    fault = microsoft.fault("token.invalid_client")
    sync_connection(connection.pk)
    microsoft.control("DELETE", f"/faults/{fault}")
    assert sync_connection(connection.pk).status is Status.DONE
    assert refused_at() is None
    client_secret.note_refused(connection.account)
    assert sync_connection(connection.pk).status is Status.DONE
    assert refused_at(), "nobody has asked Microsoft with the secret since"
    let_expire(connection)
    sync_connection(connection.pk)
    assert refused_at() is None
    assert AuditEvent.objects.filter(action=REFUSED).count() == 2


def test_somebody_who_connects_finds_it_out_as_well_and_clears_it(microsoft: Sandbox) -> None:
    account = make_account()
    make_service(account)
    ana = Traveller(make_user(account), microsoft)
    microsoft.fault("token.wrong_secret", count=1)
    ana.come_back(ana.answer())
    assert ana.user.authorization_attempts.get().outcome == Outcome.UNAVAILABLE
    assert refused_at()
    assert not Connection.objects.get().is_active
    ana.connect()
    assert refused_at() is None


def test_only_admins_see_the_banner() -> None:
    account = make_account()
    make_service(account)
    client_secret.note_refused(account)
    for role, seen in ((Role.OWNER, 1), (Role.ADMIN, 1), (Role.MEMBER, 0)):
        found = banner(make_user(account, role.value, role=role))
        assert len(found) == seen
        assert all("Nobody has to connect again" in words for words in found)


def test_an_account_without_service_has_nothing_to_note() -> None:
    client_secret.note_refused(make_account())
    assert not AuditEvent.objects.filter(action=REFUSED).exists()


def test_a_mail_server_that_was_away_is_tried_again_and_then_no_more(settings: Settings) -> None:
    account = make_account()
    make_service(account)
    make_user(account, "dana", role=Role.OWNER)
    client_secret.note_refused(account)
    working, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # where nobody listens
    tasks.tell_secret_refused(account.pk)
    settings.EMAIL_BACKEND = working
    for _ in range(2):
        tasks.tell_untold()
    assert [message.to for message in mail.outbox] == [["dana@contoso.example"]]


def test_a_secret_that_fails_again_is_told_again_but_once_a_day() -> None:
    account = make_account()
    make_service(account)
    make_user(account, "dana", role=Role.OWNER)
    for _ in range(3):  # a new secret takes a while to spread at Microsoft
        client_secret.note_refused(account)
        tasks.tell_untold()
        client_secret.note_taken(account.pk)
    assert len(mail.outbox) == 1
    CalendarService.objects.update(secret_told_at=timezone.now() - timedelta(hours=25))
    client_secret.note_refused(account)
    for _ in range(2):
        tasks.tell_untold()
    assert len(mail.outbox) == 2
