"""One person's token is no consent of the company: who waits is told when it is for everyone, and not before."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import Account, AuditEvent, Role
from calendar_integration.authorization import pausing
from calendar_integration.authorization.prospect import SOMEBODY, prospect
from calendar_integration.calendar_service import doctor
from calendar_integration.company_consent import consent_state
from calendar_integration.models import CalendarService, Connection, ConnectionState, ConsentState, Outcome
from calendar_integration.sync.engine import Status, sync_connection
from calendar_integration.sync.kinds import FailureKind
from calendar_integration.tasks import tell_untold
from tests.accounts.making_history import signed_in, text_of
from tests.calendar_integration.journey import Traveller
from tests.calendar_integration.making_consent import make_request, set_consent
from tests.calendar_integration.refreshing import let_expire, make_expired
from tests.makers import make_account, make_attempt, make_connection, make_service, make_user
from tests.sandbox.running import Sandbox

pytestmark = pytest.mark.django_db
ALL = "Calendars.Read Contacts.Read User.Read"
WANTED = tuple(ALL.split())


def make_company() -> Account:
    """Contoso with a service, and Sam, who waits for an Office 365 admin."""
    account = make_account()
    make_service(account)
    make_request(make_user(account, "sam", name="Sam Okafor"), ago=timedelta(minutes=5))
    return account


def service() -> CalendarService:
    return CalendarService.objects.get()


def test_an_admin_who_connects_their_own_mailbox_speaks_for_nobody_else(microsoft: Sandbox) -> None:
    microsoft.control("PUT", "/tenants/contoso.example/policy", {"user_consent": "admin_only"})
    account = make_company()
    dana = make_user(account, "dana", name="Dana Reyes", role=Role.OWNER)
    Traveller(dana, microsoft, "Dana Reyes").connect()
    assert (service().consent_state, service().is_agreed) == (ConsentState.CONFIRMED, False)
    tell_untold()
    told = [message.to for message in mail.outbox]
    assert ["sam@contoso.example"] not in told, "what Dana may is not what Sam may"
    assert doctor.of_account(account).is_for_one
    assert prospect(service(), service().permissions).text == SOMEBODY
    overview = text_of(signed_in(dana).get("/overview/"))
    assert "Microsoft may have allowed that for this person only" in overview


def test_whoever_is_turned_back_then_meets_the_page_that_helps() -> None:
    account = make_company()
    set_consent(account, ConsentState.CONFIRMED, consent_for_everyone_at=None)
    ana = make_user(account)
    attempt = make_attempt(ana, Outcome.DECLINED)
    shown = text_of(signed_in(ana).get(f"/office365/outcome/{attempt.reference}/"))
    assert "Request approval" in shown


def test_a_second_person_shows_that_it_is_for_everyone_and_those_who_wait_are_told_once() -> None:
    account = make_company()
    ana, bo, cy = (make_user(account, name) for name in ("ana", "bo", "cy"))
    for _ in range(2):
        consent_state.note_token(account, ALL, WANTED, person_id=ana.pk)
        tell_untold()
    assert mail.outbox == []
    for person in (bo, cy):
        consent_state.note_token(account, ALL, WANTED, person_id=person.pk)
        tell_untold()
    assert [message.to for message in mail.outbox] == [["sam@contoso.example"]]
    assert "Others at Contoso have connected" in str(mail.outbox[0].body)
    events = AuditEvent.objects.filter(action="calendar.consent_changed").order_by("pk")
    assert [event.after["for_everyone"] for event in events] == [False, True]


def test_one_persons_address_that_was_edited_takes_nothing_from_a_company_that_works() -> None:
    account = make_company()
    set_consent(account, ConsentState.CONFIRMED)
    make_attempt(make_user(account), Outcome.CONSENT_REQUIRED, refused_by_microsoft=True)
    consent_state.note_refusal(account, is_companys=False)
    assert service().consent_state == ConsentState.CONFIRMED
    assert not pausing.is_paused(account.pk, timezone.now())
    make_attempt(make_user(account, "bo"), Outcome.CONSENT_REQUIRED, refused_by_microsoft=True)
    assert pausing.is_paused(account.pk, timezone.now()), "two people are no accident"


def test_what_is_refused_to_one_of_several_is_theirs_and_to_two_is_the_companys(microsoft: Sandbox) -> None:
    mia = make_expired(microsoft)
    set_consent(mia.account, ConsentState.CONFIRMED)
    others = [make_connection(make_user(mia.account, name)) for name in ("bo", "cy")]
    microsoft.fault("token.consent_withdrawn")
    assert sync_connection(mia.pk).status is Status.FAILED
    assert service().consent_state == ConsentState.CONFIRMED
    Connection.objects.filter(pk=others[0].pk).update(failures=1, failure_kind=FailureKind.CONSENT)
    assert sync_connection(mia.pk).status is Status.FAILED
    assert (service().consent_state, service().is_agreed) == (ConsentState.WITHDRAWN, False)
    assert Connection.objects.filter(state=ConnectionState.ACTIVE).count() == 3


def test_a_typed_report_does_not_put_off_what_microsoft_says() -> None:
    account = make_company()
    long_ago = timezone.now() - timedelta(hours=2)
    set_consent(account, ConsentState.CONFIRMED, consent_reported_at=long_ago)
    known = consent_state.Consent.of(service())
    again = consent_state.advance(known, consent_state.Reported(timezone.now()))
    assert again == known
    refused = consent_state.advance(again, consent_state.Refused(timezone.now() + timedelta(minutes=1)))
    assert refused.state == ConsentState.WITHDRAWN


def test_a_token_that_is_renewed_shows_that_consent_is_there_again(microsoft: Sandbox) -> None:
    mia = make_expired(microsoft)
    set_consent(mia.account, ConsentState.WITHDRAWN, consent_shown_by=None)
    make_connection(make_user(mia.account, "bo"))
    for _ in range(2):
        assert sync_connection(mia.pk).status is Status.DONE
        assert (service().consent_state, service().is_agreed) == (ConsentState.CONFIRMED, False)
        let_expire(mia)


def test_a_second_persons_renewed_token_shows_that_it_is_there_again_for_everyone(microsoft: Sandbox) -> None:
    mia = make_expired(microsoft)
    bo = make_user(mia.account, "bo", name="Bo Nyström")
    set_consent(mia.account, ConsentState.CONFIRMED, consent_for_everyone_at=None, consent_shown_by=bo)
    assert sync_connection(mia.pk).status is Status.DONE
    assert service().is_agreed
