"""Agreeing on behalf of the company: offered by a setting, believed as far as it goes, for one company only."""

import uuid
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from accounts.models import AuditEvent, Role, User
from calendar_integration.authorization import admin_consent, pausing
from calendar_integration.models import (
    AdminConsentAttempt,
    AdminConsentOutcome,
    CalendarService,
    Connection,
    ConnectionState,
    ConsentState,
    Outcome,
)
from calendar_integration.tasks import expire_attempts
from tests.calendar_integration.journey import Traveller
from tests.calendar_integration.making import EWS, offer_consent, set_integration
from tests.makers import (
    CONTOSO_TENANT,
    make_account,
    make_attempt,
    make_connection,
    make_service,
    make_user,
)
from tests.sandbox.browser import Browser
from tests.sandbox.running import Sandbox

LABEL = "I'm an Office 365 admin and I agree on behalf of the company"
STEP = "/profile/office365/authorize/"
COMPANY = "/rooms/calendar-integration/"
START = "/office365/authorize/?for_company=1&next=/contacts/"


def make_dana(microsoft: Sandbox, *, offered: bool = True) -> Traveller:
    """Dana, an Office 365 admin, in an account that lets people agree on its behalf."""
    account = make_account()
    make_service(account)
    if offered:
        offer_consent(account)
    return Traveller(make_user(account, "dana"), microsoft, "Dana Reyes")


def leave(traveller: Traveller) -> str:
    response = traveller.client.get(START)
    assert response.status_code == 302, response.content
    return str(response["Location"])


def answer(traveller: Traveller, button: str = "Accept") -> str:
    with Browser(traveller.microsoft.http) as browser:
        browser.open(leave(traveller)).press(traveller.name_at_microsoft).press(button)
        assert browser.left_for
        return browser.left_for


def consent_of(traveller: Traveller) -> str:
    return CalendarService.objects.get(account=traveller.user.account).consent_state


def forged(traveller: Traveller, **parts: str) -> str:
    """An answer to the open attempt as nobody at Microsoft wrote it."""
    attempt = AdminConsentAttempt.objects.latest("pk")
    said = {"admin_consent": "True", "tenant": str(CONTOSO_TENANT), "state": attempt.state}
    return f"/office365/admin-consent/?{urlencode({**said, **parts})}"


@pytest.mark.django_db
def test_an_admin_agrees_which_is_reported_audited_and_followed_by_the_own_mailbox(microsoft: Sandbox) -> None:
    dana = make_dana(microsoft)
    response = dana.come_back(answer(dana))
    assert consent_of(dana) == ConsentState.REPORTED
    assert CalendarService.objects.get().consent_reported_at
    event = AuditEvent.objects.get(action="calendar.admin_consent_reported")
    assert (event.actor, event.after["consent"]) == (dana.user, "reported")
    with Browser(microsoft.http) as browser:
        browser.open(response["Location"])
        if browser.left_for is None:
            browser.press("Dana Reyes")
        response = dana.come_back(str(browser.left_for))
    assert response["Location"] == "/contacts/"
    assert Connection.objects.get().state == ConnectionState.ACTIVE
    assert consent_of(dana) == ConsentState.CONFIRMED


@pytest.mark.django_db
def test_the_way_there_names_tenant_scopes_and_a_state_of_its_own(microsoft: Sandbox) -> None:
    dana = make_dana(microsoft)
    CalendarService.objects.update(contact_access="none")
    set_integration(dana.user.account, calendars="readwrite", contacts="none")
    set_integration(dana.user)  # her own choice is not the company's
    address = urlsplit(leave(dana))
    query = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert f"{address.scheme}://{address.netloc}" == microsoft.http
    assert address.path == f"/{CONTOSO_TENANT}/v2.0/adminconsent"
    assert query["redirect_uri"] == "http://localhost:8000/office365/admin-consent/"
    assert query["state"] == AdminConsentAttempt.objects.get().state
    graph = "https://graph.microsoft.com"
    assert query["scope"].split()[:2] == [f"{graph}/Calendars.ReadWrite", f"{graph}/User.Read"]


@pytest.mark.django_db
def test_cancelling_records_nothing_though_the_answer_says_admin_consent_true(microsoft: Sandbox) -> None:
    dana = make_dana(microsoft)
    address = answer(dana, "Cancel")
    assert "admin_consent=True" in address
    response = dana.come_back(address)
    assert response["Location"] == "/profile/"
    assert "somebody pressed Cancel" in dana.client.get("/profile/").content.decode()
    assert consent_of(dana) == ConsentState.UNKNOWN
    assert AdminConsentAttempt.objects.get().outcome == AdminConsentOutcome.DECLINED


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("parts", "outcome"),
    [
        ({"tenant": str(uuid.uuid4())}, AdminConsentOutcome.WRONG_TENANT),
        ({"tenant": "contoso.example"}, AdminConsentOutcome.WRONG_TENANT),
        ({"tenant": ""}, AdminConsentOutcome.WRONG_TENANT),
        ({"admin_consent": "False"}, AdminConsentOutcome.ERROR),
        ({"error": "server_error"}, AdminConsentOutcome.ERROR),
        ({"error": "access_denied", "error_subcode": "cancel"}, AdminConsentOutcome.DECLINED),
    ],
)
def test_an_answer_that_does_not_fit_records_nothing(
    microsoft: Sandbox, parts: dict[str, str], outcome: AdminConsentOutcome
) -> None:
    dana = make_dana(microsoft)
    leave(dana)
    assert dana.client.get(forged(dana, **parts))["Location"] == "/profile/"
    assert AdminConsentAttempt.objects.get().outcome == outcome
    assert consent_of(dana) == ConsentState.UNKNOWN
    assert "Nothing was" in dana.client.get("/profile/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["", "invented", "\0"])
def test_an_answer_to_nothing_changes_nothing(microsoft: Sandbox, state: str) -> None:
    dana = make_dana(microsoft)
    leave(dana)
    assert dana.client.get(forged(dana, state=state)).status_code == 400
    assert (consent_of(dana), AdminConsentAttempt.objects.get().outcome) == (ConsentState.UNKNOWN, "")


@pytest.mark.django_db
def test_a_late_a_second_and_another_persons_answer_change_nothing(microsoft: Sandbox) -> None:
    dana = make_dana(microsoft)
    leave(dana)
    bo = Client()
    bo.force_login(make_user(dana.user.account, "bo"))
    assert bo.get(forged(dana)).status_code == 400
    AdminConsentAttempt.objects.update(started_at=timezone.now() - timedelta(minutes=16))
    assert dana.client.get(forged(dana)).status_code == 400
    assert consent_of(dana) == ConsentState.UNKNOWN
    AdminConsentAttempt.objects.update(started_at=timezone.now())
    assert dana.client.get(forged(dana)).status_code == 302
    CalendarService.objects.update(consent_state=ConsentState.UNKNOWN)
    assert dana.client.get(forged(dana)).status_code == 400
    assert consent_of(dana) == ConsentState.UNKNOWN


@pytest.mark.django_db
def test_whoever_is_not_signed_in_any_more_is_told_so(microsoft: Sandbox) -> None:
    dana = make_dana(microsoft)
    leave(dana)
    response = Client().get(forged(dana))
    assert response["Location"] == "/sign-in/"
    assert consent_of(dana) == ConsentState.UNKNOWN


@pytest.mark.django_db
def test_what_a_token_has_confirmed_stays_confirmed(microsoft: Sandbox) -> None:
    dana = make_dana(microsoft)
    make_connection(dana.user)
    CalendarService.objects.update(consent_state=ConsentState.CONFIRMED)
    leave(dana)
    assert dana.client.get(forged(dana))["Location"] == "/contacts/"
    assert consent_of(dana) == ConsentState.CONFIRMED
    assert CalendarService.objects.get().consent_reported_at


@pytest.mark.django_db
def test_administrators_may_agree_without_the_setting_and_come_back_to_where_they_were(microsoft: Sandbox) -> None:
    dana = make_dana(microsoft, offered=False)
    User.objects.filter(pk=dana.user.pk).update(role=Role.ADMIN)
    start = f"/office365/authorize/?for_company=1&next={COMPANY}"
    assert dana.client.get(start).status_code == 302
    assert dana.client.get(forged(dana, error="access_denied"))["Location"] == COMPANY
    assert "somebody pressed Cancel" in dana.client.get(COMPANY).content.decode()


@pytest.mark.django_db
def test_nobody_goes_there_more_than_twenty_times_an_hour(microsoft: Sandbox) -> None:
    dana = make_dana(microsoft)
    for _ in range(20):
        leave(dana)
    response = dana.client.get(START, follow=True)
    assert response.redirect_chain == [("/profile/", 302)]
    assert "many times within the last hour" in response.content.decode()
    AdminConsentAttempt.objects.update(started_at=timezone.now() - timedelta(minutes=61))
    leave(dana)


@pytest.mark.django_db
def test_attempts_of_long_ago_are_deleted_by_the_schedule(microsoft: Sandbox) -> None:
    dana = make_dana(microsoft)
    leave(dana)
    expire_attempts()
    assert AdminConsentAttempt.objects.exists()
    AdminConsentAttempt.objects.update(started_at=timezone.now() - timedelta(days=91))
    expire_attempts()
    assert not AdminConsentAttempt.objects.exists()


@pytest.mark.django_db
def test_with_the_setting_off_nobody_is_asked_and_nobody_gets_there(microsoft: Sandbox) -> None:
    dana = make_dana(microsoft, offered=False)
    assert LABEL not in dana.client.get(STEP).content.decode()
    assert dana.client.get(START).status_code == 403
    assert not AdminConsentAttempt.objects.exists()


@pytest.mark.django_db
def test_where_nobody_can_connect_nobody_is_sent_to_agree() -> None:
    account = make_account()
    make_service(account)
    offer_consent(account)
    set_integration(account, on=False)
    client = Client()
    client.force_login(make_user(account))
    response = client.get(START)
    assert response.status_code == 403
    assert "is switched off for the whole company" in response.content.decode()
    assert LABEL not in client.get(STEP).content.decode()


@pytest.mark.django_db
def test_what_the_service_says_besides_the_settings_is_asked_for_too(microsoft: Sandbox) -> None:
    dana = make_dana(microsoft)
    set_integration(dana.user.account, calendars="readwrite", contacts="none")
    scope = parse_qs(urlsplit(leave(dana)).query)["scope"][0]
    assert "Calendars.ReadWrite" in scope
    assert "Contacts.Read" in scope


@pytest.mark.django_db
def test_by_ews_the_company_is_asked_for_its_own_server_only(microsoft: Sandbox) -> None:
    dana = make_dana(microsoft)
    set_integration(dana.user.account, **EWS)
    scope = parse_qs(urlsplit(leave(dana)).query)["scope"][0]
    assert scope.split()[0] == "https://mail.contoso.example/EWS.AccessAsUser.All"
    assert "graph" not in scope


@pytest.mark.django_db
def test_without_a_service_the_page_says_so_first() -> None:
    account = make_account()
    offer_consent(account)
    client = Client()
    client.force_login(make_user(account))
    assert LABEL not in client.get(STEP).content.decode()
    assert "has not set up Office 365" in client.get(START, follow=True).content.decode()


@pytest.mark.django_db
def test_microsoft_out_of_reach_is_said_before_anyone_leaves(microsoft: Sandbox, settings: Settings) -> None:
    dana = make_dana(microsoft)
    settings.MS_AUTHORITY_HOST = "https://127.0.0.1:9"
    assert "cannot be reached right now" in dana.client.get(START, follow=True).content.decode()
    assert not AdminConsentAttempt.objects.exists()


@pytest.mark.django_db
def test_the_profiles_form_stays_on_our_site_and_goes_on_by_itself(microsoft: Sandbox) -> None:
    dana = make_dana(microsoft)
    page = dana.client.get(STEP).content.decode()
    assert LABEL in page
    assert 'method="get" action="/office365/leave/"' in page
    ticked = dana.client.get("/office365/leave/?next=/profile/&for_company=1").content.decode()
    assert 'content="0; url=/office365/authorize/?next=%2Fprofile%2F&amp;for_company=1"' in ticked
    unticked = dana.client.get("/office365/leave/?next=/profile/").content.decode()
    assert 'content="0; url=/office365/authorize/?next=%2Fprofile%2F"' in unticked


@pytest.mark.django_db
def test_leaving_takes_no_address_of_another_site() -> None:
    client = Client()
    client.force_login(make_user(make_account()))
    assert "evil" not in client.get("/office365/leave/?next=https://evil.example/").content.decode()


@pytest.mark.django_db
def test_another_sites_link_does_not_even_reach_the_page_that_goes_on_by_itself() -> None:
    client = Client()
    client.force_login(make_user(make_account()))
    for path in ("/office365/leave/", "/office365/leave/?for_company=1"):
        response = client.get(path, headers={"Sec-Fetch-Site": "cross-site"})
        assert response.status_code == 302
        assert response["Location"] == "/profile/"
    assert client.get("/office365/leave/", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200


@pytest.mark.django_db
def test_whoever_is_connected_can_agree_but_only_with_the_tick() -> None:
    account = make_account()
    make_service(account)
    offer_consent(account)
    user = make_user(account)
    make_connection(user)
    client = Client()
    client.force_login(user)
    page = client.get(STEP).content.decode()
    assert 'aria-describedby="for-company-hint" required' in page


def is_paused(user: User) -> bool:
    return pausing.is_paused(user.account_id, timezone.now())


def make_refused(user: User, ago: timedelta) -> None:
    """An attempt to which Microsoft itself answered that consent is needed."""
    make_attempt(user, Outcome.CONSENT_REQUIRED, ended_at=timezone.now() - ago, refused_by_microsoft=True)


@pytest.mark.django_db
def test_a_report_ends_the_pause_and_what_comes_in_the_next_half_hour_does_not_begin_another() -> None:
    account = make_account()
    make_service(account)
    ana = make_user(account)
    make_refused(ana, timedelta(hours=2))
    assert is_paused(ana)
    CalendarService.objects.update(consent_reported_at=timezone.now() - timedelta(hours=1))
    assert not is_paused(ana)
    make_refused(ana, timedelta(minutes=45))
    assert not is_paused(ana)
    make_refused(ana, timedelta(minutes=15))
    assert is_paused(ana)


def report(traveller: Traveller) -> None:
    """An answer that anybody could have typed."""
    leave(traveller)
    assert traveller.client.get(forged(traveller)).status_code == 302
    assert AdminConsentAttempt.objects.latest("pk").outcome == AdminConsentOutcome.REPORTED


def reports_audited() -> int:
    return AuditEvent.objects.filter(action="calendar.admin_consent_reported").count()


def make_reported(microsoft: Sandbox, ago: timedelta, state: ConsentState = ConsentState.REPORTED) -> Traveller:
    """Dana, in whose company somebody agreed so long ago."""
    dana = make_dana(microsoft)
    CalendarService.objects.update(consent_state=state, consent_reported_at=timezone.now() - ago)
    return dana


@pytest.mark.django_db
@pytest.mark.parametrize("state", [ConsentState.REPORTED, ConsentState.CONFIRMED])
def test_the_same_report_again_within_a_day_lifts_no_pause_and_is_not_told_again(
    microsoft: Sandbox, state: ConsentState
) -> None:
    dana = make_reported(microsoft, timedelta(hours=3), state)
    before = CalendarService.objects.get().consent_reported_at
    for name in ("ana", "bo", "cy"):
        make_attempt(make_user(dana.user.account, name), Outcome.DECLINED)
    make_attempt(dana.user, Outcome.CONSENT_REQUIRED)
    report(dana)
    assert is_paused(dana.user)
    assert CalendarService.objects.get().consent_reported_at == before
    assert reports_audited() == 0


@pytest.mark.django_db
def test_a_refusal_by_microsoft_while_the_first_report_spreads_makes_no_second_one_count(microsoft: Sandbox) -> None:
    dana = make_reported(microsoft, timedelta(hours=3))
    make_refused(dana.user, timedelta(hours=2, minutes=45))
    report(dana)
    assert reports_audited() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ago", "refused_ago"),
    [(timedelta(hours=3), timedelta(hours=1)), (timedelta(hours=25), None)],
    ids=["after Microsoft asked for consent since", "after a day"],
)
def test_a_report_counts_anew(microsoft: Sandbox, ago: timedelta, refused_ago: timedelta | None) -> None:
    dana = make_reported(microsoft, ago)
    if refused_ago:
        make_refused(dana.user, refused_ago)
    report(dana)
    reported_at = CalendarService.objects.get().consent_reported_at
    assert reported_at
    assert timezone.now() - reported_at < timedelta(minutes=1)
    assert reports_audited() == 1
    assert not is_paused(dana.user)


words = st.sampled_from(["", "True", "true", "False", "access_denied", "server_error", str(CONTOSO_TENANT)])


@given(st.dictionaries(st.sampled_from(["error", "admin_consent", "tenant"]), words))
def test_only_a_whole_answer_of_the_right_tenant_without_error_is_a_report(query: dict[str, str]) -> None:
    expected = (
        not query.get("error")
        and query.get("tenant") == str(CONTOSO_TENANT)
        and query.get("admin_consent") in ("True", "true")
    )
    is_report = admin_consent.outcome_of(query, CONTOSO_TENANT) == AdminConsentOutcome.REPORTED
    assert is_report == expected
    assert admin_consent.outcome_of(query, None) != AdminConsentOutcome.REPORTED
