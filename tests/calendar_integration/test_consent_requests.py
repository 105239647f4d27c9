"""Waiting for an Office 365 admin: asking, being told once, and the mails, which are few."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import Account, AuditEvent, Role, User
from calendar_integration.company_consent import consent_requests
from calendar_integration.models import (
    AuthorizationAttempt,
    CalendarService,
    Connection,
    ConnectionState,
    ConsentRequest,
    ConsentState,
    Outcome,
)
from calendar_integration.tasks import mail_admins_about_consent, tell_untold, tell_waiting_for_consent
from tests.calendar_integration.making import set_integration
from tests.calendar_integration.making_consent import make_consent_link, make_request, set_consent
from tests.makers import make_account, make_attempt, make_connection, make_service, make_user

pytestmark = pytest.mark.django_db

PAGE, ASK = "/office365/approval/", "/office365/approval/request/"
HOUR = timedelta(hours=1)


def make_company() -> Account:
    """Contoso with a service, an owner and an admin."""
    account = make_account()
    make_service(account)
    make_user(account, "dana", role=Role.OWNER)
    make_user(account, "lee", role=Role.ADMIN)
    return account


def make_blocked(account: Account, name: str = "ana") -> User:
    """Somebody whom Microsoft turned away."""
    user = make_user(account, name)
    make_connection(user, ConnectionState.BLOCKED_BY_ADMIN)
    make_attempt(user, Outcome.CONSENT_REQUIRED)
    return user


def at_the_portal(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user: User) -> str:
    return at_the_portal(user).get(PAGE).content.decode()


def mailed() -> list[str]:
    return sorted(message.to[0] for message in mail.outbox)


def test_the_page_explains_and_asking_is_remembered_with_the_note() -> None:
    ana = make_blocked(make_company())
    shown = page(ana)
    for words in ("Calendars.Read", "Microsoft&#x27;s default", "Request approval", "Dana Lima"):
        assert words.replace("&#x27;", "'") in shown.replace("&#x27;", "'")
    response = at_the_portal(ana).post(ASK, {"note": "  Before Monday,\n please  "}, follow=True)
    assert "You wrote: “Before Monday, please”" in response.content.decode()
    asked = ConsentRequest.objects.get()
    assert (asked.user, asked.note, asked.told_at) == (ana, "Before Monday, please", None)
    event = AuditEvent.objects.get(action="calendar.consent_requested")
    assert (event.actor, event.reason) == (ana, "Before Monday, please")


def test_asking_again_while_waiting_changes_nothing() -> None:
    ana = make_blocked(make_company())
    first = consent_requests.ask(ana, "Please")
    again = consent_requests.ask(ana, "Now")
    assert (again.asked_at, again.note) == (first.asked_at, "Please")
    assert AuditEvent.objects.filter(action="calendar.consent_requested").count() == 1


def test_a_note_that_is_too_long_is_refused_and_not_lost() -> None:
    ana = make_blocked(make_company())
    response = at_the_portal(ana).post(ASK, {"note": "x" * 301})
    assert response.status_code == 422
    assert "x" * 301 in response.content.decode()
    assert not ConsentRequest.objects.exists()


def test_whoever_cannot_connect_anyway_or_is_connected_does_not_ask() -> None:
    account = make_company()
    bo = make_user(account, "bo")
    make_connection(bo)
    assert at_the_portal(bo).post(ASK)["Location"] == "/meetings/"
    set_integration(account, on=False)
    assert at_the_portal(make_user(account, "cy")).post(ASK)["Location"] == "/profile/"
    assert not ConsentRequest.objects.exists()


def test_owners_and_admins_are_mailed_with_who_waits_and_a_link_to_the_page() -> None:
    account = make_company()
    make_request(make_blocked(account), note="Before Monday")
    mail_admins_about_consent(account.pk)
    assert mailed() == ["dana@contoso.example", "lee@contoso.example"]
    message = mail.outbox[0]
    assert message.subject == "Ana Lima waits for an Office 365 admin to approve Atrium"
    for words in ("ana@contoso.example", "Before Monday", "http://localhost:8000/rooms/calendar-integration/"):
        assert words in message.body


def test_there_is_one_mail_an_hour_and_the_next_names_everybody_who_came_since() -> None:
    account = make_company()
    make_request(make_blocked(account), ago=2 * HOUR)
    mail_admins_about_consent(account.pk)
    make_request(make_blocked(account, "bo"))
    make_request(make_blocked(account, "cy"))
    mail_admins_about_consent(account.pk)
    tell_untold()
    assert len(mail.outbox) == 2
    ConsentRequest.objects.exclude(mailed_at=None).update(mailed_at=timezone.now() - HOUR)
    tell_untold()
    tell_untold()
    assert len(mail.outbox) == 4
    assert mail.outbox[-1].subject == "2 people wait for an Office 365 admin to approve Atrium"
    assert "Ana Lima" not in mail.outbox[-1].body


def test_accounts_are_mailed_apart() -> None:
    for vanity in ("contoso", "fabrikam"):
        account = make_account(vanity)
        make_service(account)
        make_user(account, "dana", role=Role.OWNER)
        make_request(make_blocked(account))
    tell_untold()
    assert mailed() == ["dana@contoso.example", "dana@fabrikam.example"]
    assert "fabrikam" not in next(message.body for message in mail.outbox if "contoso" in message.to[0])


def test_of_a_thousand_who_wait_twenty_are_named() -> None:
    account = make_company()
    people = [User(account=account, email=f"p{n}@contoso.example", name=f"Person {n:04}") for n in range(1000)]
    User.objects.bulk_create(people)
    ConsentRequest.objects.bulk_create(
        ConsentRequest(account=account, user=person, asked_at=timezone.now()) for person in people
    )
    mail_admins_about_consent(account.pk)
    assert mail.outbox[0].subject.startswith("1000 people wait")
    assert "and 980 more" in mail.outbox[0].body
    assert mail.outbox[0].body.count("Person ") == 20


def test_a_mail_server_that_is_away_costs_no_mail(settings: Settings) -> None:
    account = make_company()
    bo = make_request(make_blocked(account, "bo"), ago=HOUR)
    set_consent(account, ConsentState.REPORTED, consent_reported_at=timezone.now())
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "django.core.mail.backends.smtp.EmailBackend",
        "127.0.0.1",
        9,
    )
    tell_untold()
    bo.refresh_from_db()
    assert (bo.mailed_at, bo.told_at) == (None, None)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    tell_untold()
    assert "bo@contoso.example" in mailed()


def test_once_consent_is_reported_those_who_waited_are_told_once() -> None:
    account = make_company()
    for name in ("ana", "bo"):
        make_request(make_blocked(account, name), ago=timedelta(minutes=5), mailed_at=timezone.now())
    set_consent(account, ConsentState.REPORTED, consent_reported_at=timezone.now())
    consent_requests.resume(account)
    tell_waiting_for_consent(account.pk)
    tell_waiting_for_consent(account.pk)
    tell_untold()
    assert mailed() == ["ana@contoso.example", "bo@contoso.example"]
    assert "http://localhost:8000/office365/approval/" in mail.outbox[0].body
    set_consent(account, ConsentState.CONFIRMED)
    tell_untold()
    assert len(mail.outbox) == 2


def test_whoever_asks_after_the_report_waits_for_the_next_one() -> None:
    account = make_company()
    set_consent(account, ConsentState.REPORTED, consent_reported_at=timezone.now() - HOUR)
    CalendarService.objects.update(consent_changed_at=timezone.now() - HOUR)
    asked = make_request(make_blocked(account), mailed_at=timezone.now())
    tell_waiting_for_consent(account.pk)
    assert not mail.outbox
    CalendarService.objects.update(consent_reported_at=timezone.now())
    tell_waiting_for_consent(account.pk)
    asked.refresh_from_db()
    assert asked.told_at


@pytest.mark.parametrize("state", [ConsentState.UNKNOWN, ConsentState.PARTIAL, ConsentState.WITHDRAWN])
def test_nobody_is_told_of_an_approval_that_does_not_stand(state: ConsentState) -> None:
    account = make_company()
    make_request(make_blocked(account), ago=HOUR, mailed_at=timezone.now())
    set_consent(account, state, consent_reported_at=timezone.now())
    tell_untold()
    assert not mail.outbox


def test_people_who_connected_or_left_are_not_mailed_and_wait_no_more() -> None:
    account = make_company()
    connected, left = make_user(account, "bo"), make_user(account, "cy", is_active=False)
    make_connection(connected)
    for person in (connected, left):
        make_request(person, ago=HOUR)
    set_consent(account, ConsentState.CONFIRMED)
    tell_untold()
    assert not mail.outbox
    assert not consent_requests.waiting(account).exists()


def test_whoever_was_told_may_ask_again() -> None:
    account = make_company()
    ana = make_blocked(account)
    make_request(ana, ago=HOUR, told_at=timezone.now(), mailed_at=timezone.now() - HOUR)
    consent_requests.ask(ana, "It still says no")
    mail_admins_about_consent(account.pk)
    assert ConsentRequest.objects.get().told_at is None
    assert len(mail.outbox) == 2


def test_the_page_says_that_it_is_approved_and_until_when_microsoft_may_need() -> None:
    account = make_company()
    ana = make_blocked(account)
    set_consent(account, ConsentState.REPORTED, consent_reported_at=timezone.now())
    shown = page(ana)
    assert "An Office 365 admin has approved" in shown
    assert f"Microsoft may need until {timezone.now() + timedelta(minutes=30):%H}:" in shown
    assert "Connect Office 365" in shown
    CalendarService.objects.update(consent_reported_at=timezone.now() - timedelta(minutes=31))
    assert "Microsoft may need until" not in page(ana)


def test_a_link_is_shown_to_copy_where_an_admin_has_made_one_that_fits() -> None:
    account = make_company()
    ana = make_blocked(account)
    assert "/consent/" not in page(ana)
    assert "http://localhost:8000/rooms/calendar-integration/" in page(ana)
    make_consent_link(account, calendar_access="readwrite")
    make_consent_link(account, revoked_at=timezone.now())
    make_consent_link(make_account("fabrikam"))
    assert "/consent/" not in page(ana)
    make_consent_link(account)
    assert page(ana).count("http://localhost:8000/consent/") >= 2  # by itself, and within the mail


def test_after_a_silent_check_the_page_says_that_it_is_not_there_yet() -> None:
    ana = make_blocked(make_company())
    words = "Microsoft would have asked for consent to the permissions."
    make_attempt(ana, Outcome.ERROR, is_silent=True, detail=words)
    assert "the approval is not there yet" in page(ana)


def test_administrators_are_led_to_their_own_page() -> None:
    account = make_company()
    dana = User.objects.get(role=Role.OWNER)
    make_attempt(dana, Outcome.CONSENT_REQUIRED)
    assert 'href="/rooms/calendar-integration/#consent"' in page(dana)
    assert AuthorizationAttempt.objects.filter(account=account).exists()
    assert not Connection.objects.filter(user=dana).exists()
