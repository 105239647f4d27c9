"""Where the integration is off: nobody is sent anywhere, all are told why."""

import pytest
from django.test import Client

from accounts.models import Account, User
from calendar_integration.authorization import prompt
from calendar_integration.authorization.prompt import Verdict
from calendar_integration.models import AuthorizationAttempt, Connection, ConnectionState
from tests.calendar_integration.making import EWS, lock, make_connected_person, make_group, set_integration
from tests.makers import make_account, make_connection, make_service, make_user

pytestmark = pytest.mark.django_db

PAGES = ("/meetings/", "/contacts/", "/profile/")


def make_company() -> Account:
    account = make_account()
    make_service(account)
    return account


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def verdict(user: User) -> Verdict:
    return prompt.decide(prompt.gather(user))


def test_authorizing_is_refused_and_says_who_switched_it_off() -> None:
    ana = make_user(make_company())
    set_integration(ana.account, on=False)
    response = browser_of(ana).get("/office365/authorize/?next=/contacts/")
    assert response.status_code == 403
    page = response.content.decode()
    assert "is switched off for the whole company, by Dana Reyes." in page
    assert 'href="/contacts/"' in page
    assert not AuthorizationAttempt.objects.exists()
    assert not Connection.objects.exists()


def test_a_locks_reason_is_said() -> None:
    ana = make_user(make_company())
    sales = make_group(ana.account, "Sales", 1, ana)
    set_integration(sales, on=False)
    lock(sales, "Company policy 4.2")
    page = browser_of(ana).get("/office365/authorize/").content.decode()
    assert "is locked off for the group Sales, by Dana Reyes. Reason: Company policy 4.2." in page


def test_ones_own_choice_counts_for_oneself_only() -> None:
    account = make_company()
    ana, bo = make_user(account, "ana"), make_user(account, "bo")
    set_integration(ana, on=False, actor=ana)
    assert "in your own settings, by Ana Lima." in browser_of(ana).get("/profile/").content.decode()
    assert "/office365/authorize/" in browser_of(bo).get("/meetings/").content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_pages_say_so_instead_of_offering_to_connect(path: str) -> None:
    ana = make_user(make_company())
    set_integration(ana.account, on=False)
    page = browser_of(ana).get(path).content.decode()
    assert "is switched off for the whole company, by Dana Reyes." in page
    assert "/office365/authorize/" not in page


def test_a_sign_in_leads_nowhere_while_it_is_off() -> None:
    ana = make_user(make_company())
    set_integration(ana.account, on=False)
    assert verdict(ana) is Verdict.INTEGRATION_IS_OFF
    assert prompt.address_after_sso(ana, "/meetings/") == "/meetings/"
    assert not Connection.objects.exists()


def test_switched_off_without_a_lock_leaves_connections_alone() -> None:
    ana = make_connected_person(make_company()).user
    set_integration(ana.account, on=False)
    assert Connection.objects.get().state == ConnectionState.ACTIVE
    assert "Up to date" in browser_of(ana).get("/meetings/").content.decode()


def test_a_connection_that_is_out_of_date_is_not_offered_anew_while_it_is_off() -> None:
    ana = make_connected_person(make_company()).user
    Connection.objects.update(state=ConnectionState.STALE)
    assert "Connect again" in browser_of(ana).get("/profile/").content.decode()
    set_integration(ana.account, on=False)
    page = browser_of(ana).get("/profile/").content.decode()
    assert "Connect again" not in page
    assert "is switched off for the whole company" in page


def test_existing_connections_stay_when_an_exchange_server_is_chosen_until_it_is_locked() -> None:
    ana = make_connected_person(make_company()).user
    set_integration(ana.account, **EWS)
    assert Connection.objects.get().state == ConnectionState.ACTIVE
    lock(ana.account)
    assert Connection.objects.get().state == ConnectionState.DISCONNECTED_BY_POLICY


@pytest.mark.parametrize("path", PAGES)
def test_whoever_was_disconnected_reads_why_and_can_connect_anew_where_the_integration_is_on(path: str) -> None:
    ana = make_connected_person(make_company()).user
    set_integration(ana.account, calendars="readwrite")
    lock(ana.account, "Company policy 4.2")
    page = browser_of(ana).get(path).content.decode()
    assert "Disconnected by your company" in page
    assert "locked to other permissions for the whole company, by Dana Reyes" in page
    assert "Reason: Company policy 4.2." in page
    assert "You can connect again with these permissions." in page
    assert "Connect again" in page


def test_where_other_permissions_count_by_now_they_are_named() -> None:
    ana = make_connected_person(make_company()).user
    set_integration(ana.account, calendars="readwrite")
    lock(ana.account)
    set_integration(ana.account, contacts="none")
    page = browser_of(ana).get("/profile/").content.decode()
    assert "Atrium then asks for: Microsoft Graph, calendars read, contacts none." in page


@pytest.mark.parametrize("path", PAGES)
def test_whoever_was_locked_off_reads_why_once_and_is_offered_nothing(path: str) -> None:
    ana = make_connected_person(make_company()).user
    set_integration(ana.account, on=False)
    lock(ana.account)
    page = browser_of(ana).get(path).content.decode()
    assert page.count("is locked off for the whole company, by Dana Reyes.") == 1
    assert "/office365/authorize/" not in page


def test_nobody_without_a_connection_is_told_that_they_were_disconnected() -> None:
    ana = make_user(make_company())
    make_connection(ana, ConnectionState.NONE)
    set_integration(ana.account, calendars="readwrite")
    lock(ana.account)
    assert "Disconnected" not in browser_of(ana).get("/meetings/").content.decode()
