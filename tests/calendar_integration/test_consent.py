"""Every way back from Microsoft: signed in, explained, and connected only when everything is right."""

import logging
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import AuditEvent, User
from calendar_integration.authorization import attempts, pausing
from calendar_integration.models import (
    AuthorizationAttempt,
    CalendarService,
    Connection,
    ConnectionState,
    ConsentState,
    Meeting,
    Outcome,
)
from calendar_integration.sync.engine import sync_connection
from tests.calendar_integration.journey import Traveller
from tests.makers import make_account, make_connection, make_meeting, make_service, make_user
from tests.sandbox.running import Sandbox

pytestmark = pytest.mark.django_db


def make_traveller(microsoft: Sandbox) -> Traveller:
    account = make_account()
    make_service(account)
    return Traveller(make_user(account, "ana"), microsoft)


def state_of(traveller: Traveller) -> str:
    return Connection.objects.get(user=traveller.user).state


def is_paused(traveller: Traveller) -> bool:
    return pausing.is_paused(traveller.user.account_id, timezone.now())


def last_attempt() -> AuthorizationAttempt:
    return AuthorizationAttempt.objects.latest("pk")


def test_success_connects_confirms_the_companys_consent_and_is_audited(microsoft: Sandbox) -> None:
    ana = make_traveller(microsoft)
    connection = ana.connect()
    assert (connection.state, connection.mailbox) == (ConnectionState.ACTIVE, "ana@contoso.example")
    assert connection.next_attempt_at
    assert CalendarService.objects.get().consent_state == ConsentState.CONFIRMED
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"calendar.connected", "calendar.authorization_ended"} <= actions
    assert last_attempt().flow == ""


def test_the_way_there_names_the_tenant_the_person_and_no_prompt(microsoft: Sandbox) -> None:
    address = make_traveller(microsoft).leave()
    assert "/11111111-aaaa-4bbb-8ccc-000000000001/oauth2/v2.0/authorize" in address
    assert "login_hint=ana%40contoso.example" in address
    assert "domain_hint=contoso.example" in address
    assert "code_challenge_method=S256" in address
    assert "prompt=" not in address


def test_while_the_person_is_away_the_connection_is_pending(microsoft: Sandbox) -> None:
    ana = make_traveller(microsoft)
    ana.leave()
    assert state_of(ana) == ConnectionState.PENDING


def test_declining_without_known_consent_leads_to_the_approval_page(microsoft: Sandbox) -> None:
    ana = make_traveller(microsoft)
    response = ana.come_back(ana.answer("Cancel"))
    assert state_of(ana) == ConnectionState.NONE
    assert last_attempt().outcome == Outcome.DECLINED
    page = ana.client.get(response["Location"]).content.decode()
    assert "an Office 365 admin has to do it once for everyone" in page


def test_declining_with_known_consent_is_a_persons_own_choice(microsoft: Sandbox) -> None:
    ana = make_traveller(microsoft)
    CalendarService.objects.update(consent_state=ConsentState.CONFIRMED, consent_for_everyone_at=timezone.now())
    response = ana.come_back(ana.answer("Cancel"))
    page = ana.client.get(response["Location"]).content.decode()
    assert "Somebody pressed Cancel at Microsoft" in page
    assert "Connect Office 365" in page


@pytest.mark.parametrize(
    ("fault", "outcome", "state"),
    [
        ("identity.consent_required", Outcome.CONSENT_REQUIRED, ConnectionState.BLOCKED_BY_ADMIN),
        ("identity.server_error", Outcome.UNAVAILABLE, ConnectionState.NONE),
        ("identity.decline", Outcome.DECLINED, ConnectionState.NONE),
        ("token.unavailable", Outcome.UNAVAILABLE, ConnectionState.NONE),
        ("token.invalid_client", Outcome.UNAVAILABLE, ConnectionState.NONE),
        ("token.html", Outcome.UNAVAILABLE, ConnectionState.NONE),
        ("token.unreadable", Outcome.UNAVAILABLE, ConnectionState.NONE),
        ("token.wrong_nonce", Outcome.INVALID_TOKEN, ConnectionState.NONE),
        ("token.wrong_tenant", Outcome.WRONG_TENANT, ConnectionState.NONE),
        ("token.wrong_person", Outcome.WRONG_MAILBOX, ConnectionState.NONE),
        ("token.fewer_scopes", Outcome.FEWER_SCOPES, ConnectionState.NONE),
    ],
)
def test_what_microsoft_may_answer_instead(
    microsoft: Sandbox, fault: str, outcome: Outcome, state: ConnectionState
) -> None:
    ana = make_traveller(microsoft)
    microsoft.fault(fault, count=1)
    response = ana.come_back(ana.answer())
    assert (last_attempt().outcome, state_of(ana)) == (outcome, state)
    page = ana.client.get(response["Location"])
    assert page.status_code == 200
    assert last_attempt().reference in page.content.decode()
    assert Connection.objects.get().token_cache == ""
    assert ana.client.get("/api/v1/me").status_code == 200


def test_somebody_elses_mailbox_is_named_and_not_connected(microsoft: Sandbox) -> None:
    ana = make_traveller(microsoft)
    ana.name_at_microsoft = "Bo Lindqvist"
    response = ana.come_back(ana.answer())
    page = ana.client.get(response["Location"]).content.decode()
    assert "bo@contoso.example" in page
    assert state_of(ana) == ConnectionState.NONE


def test_a_mailbox_known_under_another_principal_name_is_found_by_its_mail_address(microsoft: Sandbox) -> None:
    ana = make_traveller(microsoft)
    assert ana.connect().mailbox == ana.user.email


@pytest.mark.parametrize("query", ["", "state=invented&code=x", "code=x", "error=access_denied", "state=%00&code=%ff"])
def test_an_answer_to_nothing_changes_nothing(microsoft: Sandbox, query: str) -> None:
    ana = make_traveller(microsoft)
    ana.leave()
    response = ana.client.get(f"/office365/callback/?{query}")
    assert response.status_code == 400
    assert "Nothing was connected" in response.content.decode()
    assert state_of(ana) == ConnectionState.PENDING


def test_the_same_answer_twice_counts_once(microsoft: Sandbox) -> None:
    ana = make_traveller(microsoft)
    address = ana.answer()
    assert ana.come_back(address).status_code == 302
    assert ana.come_back(address).status_code == 400


def test_another_persons_answer_is_nobodys(microsoft: Sandbox) -> None:
    ana = make_traveller(microsoft)
    bo = Traveller(make_user(ana.user.account, "bo"), microsoft, "Bo Lindqvist")
    assert bo.come_back(ana.answer()).status_code == 400
    assert not Connection.objects.filter(user=bo.user).exists()
    assert state_of(ana) == ConnectionState.PENDING


def test_an_answer_after_twenty_minutes_is_too_late(microsoft: Sandbox) -> None:
    ana = make_traveller(microsoft)
    address = ana.answer()
    attempt = last_attempt()
    AuthorizationAttempt.objects.update(started_at=attempt.started_at - timedelta(minutes=20))
    assert ana.come_back(address).status_code == 400
    assert attempts.expire() == 1
    assert (last_attempt().outcome, state_of(ana)) == (Outcome.EXPIRED, ConnectionState.NONE)
    assert attempts.expire() == 0


def test_two_tabs_at_once_both_lead_somewhere(microsoft: Sandbox) -> None:
    ana = make_traveller(microsoft)
    first, second = ana.answer(), ana.answer()
    assert ana.come_back(first).status_code == 302
    assert ana.come_back(second).status_code == 302
    assert state_of(ana) == ConnectionState.ACTIVE


def test_declining_in_a_second_tab_does_not_undo_the_first(microsoft: Sandbox) -> None:
    ana = make_traveller(microsoft)
    decline = ana.answer("Cancel")
    ana.connect()
    ana.come_back(decline)
    assert state_of(ana) == ConnectionState.ACTIVE


def test_giving_up_a_second_time_goes_back_to_where_the_first_began(microsoft: Sandbox) -> None:
    ana = make_traveller(microsoft)
    make_connection(ana.user, ConnectionState.NEEDS_REAUTHORIZATION)
    ana.leave()
    ana.come_back(ana.answer("Cancel"))
    AuthorizationAttempt.objects.filter(ended_at=None).update(started_at=last_attempt().started_at - timedelta(hours=1))
    attempts.expire()
    assert state_of(ana) == ConnectionState.NEEDS_REAUTHORIZATION


def test_connecting_the_same_mailbox_again_keeps_what_was_read_and_another_one_does_not(microsoft: Sandbox) -> None:
    ana = make_traveller(microsoft)
    connection = ana.connect()
    make_meeting(connection, subject="Kept")
    ana.connect()
    assert Meeting.objects.filter(subject="Kept").exists()
    Connection.objects.update(oid="00000000-0000-4000-8000-000000000000")
    ana.connect()
    assert not Meeting.objects.exists()


def test_microsoft_out_of_reach_is_said_before_anyone_leaves(microsoft: Sandbox, settings: Settings) -> None:
    ana = make_traveller(microsoft)
    settings.MS_AUTHORITY_HOST = "https://127.0.0.1:9"
    response = ana.client.get("/office365/authorize/", follow=True)
    assert "Microsoft cannot be reached right now" in response.content.decode()
    assert state_of(ana) == ConnectionState.NONE


def test_without_a_tenant_nobody_is_sent_anywhere(microsoft: Sandbox) -> None:
    ana = make_traveller(microsoft)
    CalendarService.objects.update(tenant_id=None)
    response = ana.client.get("/office365/authorize/", follow=True)
    assert "has not set up Office 365" in response.content.decode()


def test_other_peoples_outcomes_are_not_found(microsoft: Sandbox) -> None:
    ana = make_traveller(microsoft)
    ana.come_back(ana.answer("Cancel"))
    bo = Client()
    bo.force_login(make_user(ana.user.account, "bo"))
    assert bo.get(f"/office365/outcome/{last_attempt().reference}/").status_code == 404


def test_no_secret_reaches_the_log(microsoft: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    ana = make_traveller(microsoft)
    address = ana.answer()
    ana.come_back(address)
    code = address.split("code=")[1].split("&")[0]
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("calendar"))
    assert code not in ours
    assert "Bearer" not in ours
    assert Connection.objects.get().token_cache[:40] not in caplog.text


def test_the_next_path_stays_on_this_site(microsoft: Sandbox) -> None:
    ana = make_traveller(microsoft)
    ana.leave("https://evil.example/")
    assert last_attempt().next_path == "/meetings/"
    ana.leave("//evil.example/")
    assert last_attempt().next_path == "/meetings/"
    assert User.objects.count() == 1


def test_a_process_that_died_while_redeeming_leaves_nobody_pending_for_ever(microsoft: Sandbox) -> None:
    ana = make_traveller(microsoft)
    ana.leave()
    AuthorizationAttempt.objects.update(ended_at=last_attempt().started_at)
    assert attempts.expire() == 0
    AuthorizationAttempt.objects.update(ended_at=last_attempt().started_at - timedelta(minutes=11))
    assert attempts.expire() == 1
    assert state_of(ana) == ConnectionState.NONE


def test_consent_withdrawn_between_the_code_and_the_token_needs_an_admin(microsoft: Sandbox) -> None:
    ana = make_traveller(microsoft)
    address = ana.answer()
    microsoft.control("DELETE", "/tenants/contoso.example/consent")
    response = ana.come_back(address)
    assert (last_attempt().outcome, state_of(ana)) == (Outcome.CONSENT_REQUIRED, ConnectionState.BLOCKED_BY_ADMIN)
    page = ana.client.get(response["Location"]).content.decode()
    assert "has to approve first" in page
    assert is_paused(ana), "the token endpoint said so"


def test_an_answer_that_anybody_can_type_pauses_nobody_else(microsoft: Sandbox) -> None:
    ana = make_traveller(microsoft)
    ana.leave()
    response = ana.client.get(f"/office365/callback/?state={last_attempt().state}&error=consent_required")
    assert (last_attempt().outcome, state_of(ana)) == (Outcome.CONSENT_REQUIRED, ConnectionState.BLOCKED_BY_ADMIN)
    assert "has to approve first" in ana.client.get(response["Location"]).content.decode()
    assert not is_paused(ana)


def test_microsofts_description_becomes_one_line_of_the_audit_log(microsoft: Sandbox) -> None:
    ana = make_traveller(microsoft)
    ana.leave()
    said = "AADSTS1: no.\n\nDana made\u2028ana\tan owner.\r\nTrace: 1\0"
    query = {"state": last_attempt().state, "error": "invalid_request", "error_description": said}
    assert ana.client.get("/office365/callback/", query).status_code == 302
    event = AuditEvent.objects.get(action="calendar.authorization_ended")
    assert event.reason == "AADSTS1: no. Dana made ana an owner. Trace: 1"


def test_a_description_that_no_database_takes_is_shortened_not_an_error(microsoft: Sandbox) -> None:
    ana = make_traveller(microsoft)
    ana.leave()
    query = f"state={last_attempt().state}&error=invalid_request&error_description=%00{'x' * 900}"
    assert ana.client.get(f"/office365/callback/?{query}").status_code == 302
    assert last_attempt().outcome == Outcome.ERROR


def test_another_sites_link_connects_nobody(microsoft: Sandbox) -> None:
    ana = make_traveller(microsoft)
    response = ana.client.get("/office365/authorize/", headers={"Sec-Fetch-Site": "cross-site"})
    assert response["Location"] == "/profile/"
    assert not AuthorizationAttempt.objects.exists()


def test_an_attempt_ends_once(microsoft: Sandbox) -> None:
    ana = make_traveller(microsoft)
    ana.connect()
    attempts.finish(last_attempt(), attempts.Ending(Outcome.EXPIRED))
    assert last_attempt().outcome == Outcome.CONNECTED
    assert AuditEvent.objects.filter(action="calendar.authorization_ended").count() == 1


def test_with_the_encryption_keys_lost_pages_open_and_connecting_again_helps(
    microsoft: Sandbox, settings: Settings
) -> None:
    ana = make_traveller(microsoft)
    connection = ana.connect()
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    for path in ("/meetings/", "/contacts/", "/profile/"):
        assert ana.client.get(path).status_code == 200
    sync_connection(connection.pk)
    assert state_of(ana) == ConnectionState.ACTIVE, "the key may have been forgotten, and be put back"
    Connection.objects.update(invalid_grant_at=timezone.now() - timedelta(minutes=16))
    sync_connection(connection.pk)
    assert state_of(ana) == ConnectionState.NEEDS_REAUTHORIZATION
    assert ana.connect().state == ConnectionState.ACTIVE
