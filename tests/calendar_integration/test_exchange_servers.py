"""A mailbox on a company's own Exchange server: authorized for that server alone, or explained and not connected."""

import threading
from time import monotonic

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import Account, User
from calendar_integration import tokens
from calendar_integration.authorization import prompt
from calendar_integration.authorization.prompt import Verdict
from calendar_integration.exchange_servers import ews_probe
from calendar_integration.integration_setting import Method
from calendar_integration.models import (
    AskMode,
    AuthorizationAttempt,
    CalendarService,
    Connection,
    ConnectionState,
    ConsentState,
    Meeting,
    Outcome,
)
from calendar_integration.sync import freshness, schedule
from tests.calendar_integration.exchange import on_premises
from tests.calendar_integration.journey import Traveller
from tests.calendar_integration.making import EWS, lock, make_group, set_integration
from tests.makers import make_account, make_attempt, make_connection, make_meeting, make_service, make_user, set_ask
from tests.sandbox.running import Sandbox

pytestmark = pytest.mark.django_db
SCOPE = "https://127.0.0.1/EWS.AccessAsUser.All"


def make_traveller(microsoft: Sandbox, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Traveller:
    account = make_account()
    make_service(account)
    on_premises(account, microsoft, settings, monkeypatch)
    return Traveller(make_user(account, "ana"), microsoft)


@pytest.fixture
def ana(microsoft: Sandbox, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Traveller:
    """Somebody whose company has an Exchange server of its own."""
    return make_traveller(microsoft, settings, monkeypatch)


def verdict(user: User) -> Verdict:
    return prompt.decide(prompt.gather(user))


def last_attempt() -> AuthorizationAttempt:
    return AuthorizationAttempt.objects.latest("pk")


def calls_of(microsoft: Sandbox, kind: str) -> list[dict[str, object]]:
    return [call for call in microsoft.control("GET", "/requests") if call["kind"] == kind]


def test_the_way_there_asks_for_that_server_and_nothing_of_graph(ana: Traveller) -> None:
    address = ana.leave()
    assert "scope=https%3A%2F%2F127.0.0.1%2FEWS.AccessAsUser.All" in address
    assert "Calendars" not in address
    assert "User.Read" not in address
    assert "login_hint=ana%40contoso.example" in address


def test_it_is_connected_with_a_token_for_that_server_and_graph_is_never_called(
    ana: Traveller, microsoft: Sandbox
) -> None:
    connection = ana.connect()
    assert calls_of(microsoft, "graph") == []
    assert connection.ews_url == f"{microsoft.https}/EWS/Exchange.asmx"
    assert connection.permissions.in_words() == "EWS at 127.0.0.1, full mailbox access"
    assert connection.granted_scopes.split()[0] == SCOPE
    assert (connection.mailbox, connection.tenant_id) == (ana.user.email, CalendarService.objects.get().tenant_id)
    token = tokens.access_token(connection)
    url, bearer = connection.ews_url, {"Authorization": f"Bearer {token}"}
    assert microsoft.client.get(url, headers=bearer).status_code == 200, "the server takes the token"
    assert microsoft.client.get(f"{microsoft.graph}/me", headers=bearer).status_code == 401


def test_it_confirms_what_the_company_wants_and_that_the_tenant_is_theirs(ana: Traveller) -> None:
    ana.connect()
    service = CalendarService.objects.get()
    assert service.consent_state == ConsentState.CONFIRMED
    assert service.tenant_confirmed_at


def test_it_says_nothing_of_graph_where_that_is_what_the_company_wants(
    microsoft: Sandbox, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = make_account()
    make_service(account)
    ana = Traveller(make_user(account, "ana"), microsoft)
    on_premises(make_group(account, "On premises", 1, ana.user), microsoft, settings, monkeypatch)
    assert ana.connect().permissions.method is Method.EWS
    assert CalendarService.objects.get().consent_state == ConsentState.UNKNOWN


def test_it_is_due_at_once_and_out_of_date_when_it_stays_silent(ana: Traveller) -> None:
    connection = ana.connect()
    assert schedule.claim_due() == [connection.pk]
    Connection.objects.update(connected_at=timezone.now() - freshness.patience() * 2)
    assert schedule.mark_stale() == 1


def test_what_was_read_by_graph_goes_when_the_mailbox_has_moved(ana: Traveller, microsoft: Sandbox) -> None:
    oid = microsoft.people()["ana@contoso.example"]["oid"]
    make_meeting(make_connection(ana.user, ConnectionState.NEEDS_REAUTHORIZATION, oid=oid))
    ana.connect()
    assert not Meeting.objects.exists(), "by EWS everything has other ids"


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("token.wrong_person", Outcome.WRONG_MAILBOX),
        ("token.wrong_tenant", Outcome.WRONG_TENANT),
        ("token.fewer_scopes", Outcome.FEWER_SCOPES),
        ("identity.consent_required", Outcome.CONSENT_REQUIRED),
        ("identity.decline", Outcome.DECLINED),
        ("token.unavailable", Outcome.UNAVAILABLE),
    ],
)
def test_what_microsoft_may_answer_instead(ana: Traveller, microsoft: Sandbox, fault: str, outcome: Outcome) -> None:
    microsoft.fault(fault, count=1)
    page = ana.client.get(ana.come_back(ana.answer())["Location"])
    assert last_attempt().outcome == outcome
    assert last_attempt().reference in page.content.decode()
    connection = Connection.objects.get()
    assert (connection.is_active, connection.token_cache, connection.ews_url) == (False, "", "")


def test_fewer_permissions_are_named_with_their_server(ana: Traveller, microsoft: Sandbox) -> None:
    microsoft.fault("token.fewer_scopes", count=1)
    page = ana.client.get(ana.come_back(ana.answer())["Location"]).content.decode()
    assert "have full access to your mailbox on 127.0.0.1" in page


def test_somebody_elses_mailbox_is_named_and_not_connected(ana: Traveller) -> None:
    ana.name_at_microsoft = "Bo Lindqvist"
    page = ana.client.get(ana.come_back(ana.answer())["Location"]).content.decode()
    assert "bo@contoso.example" in page
    assert not Connection.objects.get().is_active


def test_a_server_that_has_moved_into_a_private_network_meanwhile_gets_no_connection(
    ana: Traveller, settings: Settings
) -> None:
    address = ana.answer()
    settings.PRIVATE_URLS_ALLOWED = set()
    page = ana.client.get(ana.come_back(address)["Location"]).content.decode()
    assert last_attempt().outcome == Outcome.UNAVAILABLE
    assert "The Exchange server cannot be used" in page
    assert not Connection.objects.get().is_active
    assert Connection.objects.get().token_cache == ""


def test_a_server_that_is_no_exchange_any_more_gets_no_connection(ana: Traveller) -> None:
    address = ana.answer()
    AuthorizationAttempt.objects.update(ews_url=last_attempt().ews_url.replace("/EWS/", "/healthz/"))
    page = ana.client.get(ana.come_back(address)["Location"]).content.decode()
    assert "there is no Exchange Web Services at this path" in page
    assert not Connection.objects.get().is_active


def test_another_server_locked_meanwhile_is_not_what_was_authorized(ana: Traveller) -> None:
    address = ana.answer()
    set_integration(ana.user.account, **EWS)
    lock(ana.user.account, "One server")
    page = ana.client.get(ana.come_back(address)["Location"]).content.decode()
    assert last_attempt().outcome == Outcome.SETTING_CHANGED
    assert "locked to another Exchange server for the whole company, by Dana Reyes" in page
    assert not Connection.objects.get().is_active


def test_another_server_that_is_locked_disconnects_and_says_why(ana: Traveller) -> None:
    connection = ana.connect()
    lock(ana.user.account)
    connection.refresh_from_db()
    assert connection.is_active
    set_integration(ana.user.account, **EWS)
    connection.refresh_from_db()
    assert connection.state == ConnectionState.DISCONNECTED_BY_POLICY
    assert "locked to another Exchange server" in connection.disconnected_because
    assert "EWS at mail.contoso.example" in connection.disconnected_because


def test_disconnecting_forgets_the_tokens_of_the_server(ana: Traveller) -> None:
    connection = ana.connect()
    set_integration(ana.user.account, on=False)
    lock(ana.user.account)
    connection.refresh_from_db()
    assert (connection.state, connection.to_forget) == (ConnectionState.DISCONNECTED_BY_POLICY, True)


@pytest.mark.parametrize("mode", [AskMode.FIRST, AskMode.EVERY])
def test_a_sign_in_prompts_alike(ana: Traveller, microsoft: Sandbox, mode: AskMode) -> None:
    set_ask(ana.user.account, mode)
    assert verdict(ana.user) is Verdict.REDIRECT
    address = prompt.address_after_sso(ana.user, "/contacts/")
    assert address.startswith(microsoft.http)
    assert "EWS.AccessAsUser.All" in address
    again = prompt.address_after_sso(ana.user, "/contacts/")
    assert (again == "/contacts/") == (mode is AskMode.FIRST)


def test_nobody_who_is_connected_is_asked_again(ana: Traveller) -> None:
    set_ask(ana.user.account, AskMode.EVERY)
    ana.connect()
    assert prompt.address_after_sso(ana.user, "/contacts/") == "/contacts/"


def test_a_group_on_premises_is_asked_for_its_server_and_everyone_else_for_graph(
    microsoft: Sandbox, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = make_account()
    make_service(account, ask=AskMode.OFF)
    ana, bo, cy = (make_user(account, name) for name in ("ana", "bo", "cy"))
    hybrid = make_group(account, "On premises", 1, ana)
    on_premises(hybrid, microsoft, settings, monkeypatch)
    set_ask(hybrid, AskMode.FIRST)
    set_ask(make_group(account, "Sales", 2, bo), AskMode.EVERY)
    assert "EWS.AccessAsUser.All" in prompt.address_after_sso(ana, "/meetings/")
    assert "Calendars.Read" in prompt.address_after_sso(bo, "/meetings/")
    assert prompt.address_after_sso(cy, "/meetings/") == "/meetings/"


def test_consent_that_is_missing_pauses_and_its_report_resumes(ana: Traveller, microsoft: Sandbox) -> None:
    account: Account = ana.user.account
    set_ask(account, AskMode.EVERY)
    address = ana.answer()
    microsoft.control("DELETE", "/tenants/contoso.example/consent")
    ana.come_back(address)
    assert last_attempt().refused_by_microsoft
    assert verdict(make_user(account, "bo")) is Verdict.PAUSED
    CalendarService.objects.update(consent_reported_at=timezone.now())
    assert verdict(ana.user) is Verdict.REDIRECT
    for name in ("cy", "dan", "eve"):
        make_attempt(make_user(account, name), Outcome.DECLINED)
    CalendarService.objects.update(consent_reported_at=None)
    assert verdict(ana.user) is Verdict.PAUSED
    ana.connect()
    Connection.objects.update(state=ConnectionState.NEEDS_REAUTHORIZATION)
    assert verdict(ana.user) is Verdict.REDIRECT


def test_whoever_comes_back_while_too_many_servers_are_asked_is_told_so_and_tries_again(
    ana: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = ana.answer()
    places = threading.BoundedSemaphore(1)
    places.acquire()
    monkeypatch.setattr(ews_probe, "FOR_CALLBACKS", places)
    begun = monotonic()
    page = ana.client.get(ana.come_back(address)["Location"])
    assert monotonic() - begun < ews_probe.WAIT + 2
    assert "Atrium is busy at the moment" in page.content.decode()
    assert "did not answer" not in page.content.decode()
    assert last_attempt().outcome == Outcome.UNAVAILABLE
    places.release()
    assert ana.connect().is_active
