"""The permissions that were chosen are asked for, kept, refreshed, and followed by the sync and the pages."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from accounts.models import Account, User
from calendar_integration import scopes, tokens
from calendar_integration.integration_setting import CalendarAccess, ContactAccess, Permissions
from calendar_integration.models import (
    AuthorizationAttempt,
    CalendarService,
    Connection,
    ConnectionState,
    ConsentState,
    Contact,
    Meeting,
    Outcome,
)
from calendar_integration.sync.engine import Status, sync_connection
from tests.calendar_integration.journey import SOON, Traveller
from tests.calendar_integration.making import authorized, lock, set_integration
from tests.makers import make_account, make_connection, make_contact, make_service, make_user
from tests.sandbox.running import Sandbox

pytestmark = pytest.mark.django_db

WRITES = Permissions(calendars=CalendarAccess.READWRITE)
NO_CONTACTS = Permissions(contacts=ContactAccess.NONE)


def make_traveller(microsoft: Sandbox) -> Traveller:
    account = make_account()
    make_service(account)
    return Traveller(make_user(account), microsoft)


def account_of(traveller: Traveller) -> Account:
    return traveller.user.account


def asked_for(address: str) -> set[str]:
    (scope,) = parse_qs(urlsplit(address).query)["scope"]
    return set(scope.split()) - {"openid", "profile", "offline_access"}


def shown(user: User, path: str) -> str:
    client = Client()
    client.force_login(user)
    return client.get(path).content.decode()


@pytest.mark.parametrize(
    ("parts", "wanted"),
    [
        ({}, {"Calendars.Read", "Contacts.Read", "User.Read"}),
        ({"calendars": "readwrite"}, {"Calendars.ReadWrite", "Contacts.Read", "User.Read"}),
        ({"contacts": "none"}, {"Calendars.Read", "User.Read"}),
    ],
)
def test_microsoft_is_asked_for_what_was_chosen(microsoft: Sandbox, parts: dict[str, str], wanted: set[str]) -> None:
    ana = make_traveller(microsoft)
    set_integration(account_of(ana), **parts)
    assert asked_for(ana.leave()) == wanted


@pytest.mark.parametrize("permissions", [WRITES, NO_CONTACTS])
def test_the_connection_keeps_what_it_was_authorized_with(microsoft: Sandbox, permissions: Permissions) -> None:
    ana = make_traveller(microsoft)
    set_integration(account_of(ana), calendars=permissions.calendars.value, contacts=permissions.contacts.value)
    connection = ana.connect()
    assert connection.permissions == permissions
    assert AuthorizationAttempt.objects.get().permissions == permissions
    for words in scopes.in_words(permissions):
        assert words in shown(ana.user, "/profile/")


def test_a_groups_choice_counts_for_its_members(microsoft: Sandbox) -> None:
    ana = make_traveller(microsoft)
    set_integration(ana.user, calendars="readwrite")
    assert "Calendars.ReadWrite" in asked_for(ana.leave())


def test_a_token_that_runs_out_is_refreshed_with_the_permissions_of_its_connection(microsoft: Sandbox) -> None:
    ana = make_traveller(microsoft)
    set_integration(account_of(ana), calendars="readwrite", contacts="none")
    microsoft.control("POST", "/tokens", {"lifetime_seconds": SOON})
    connection = ana.connect()
    set_integration(account_of(ana))
    microsoft.control("DELETE", "/requests")
    assert tokens.access_token(Connection.objects.get())
    assert [row["kind"] for row in microsoft.control("GET", "/requests")] == ["token"]
    assert sync_connection(connection.pk).status is Status.DONE


def test_fewer_than_wanted_connects_nothing(microsoft: Sandbox) -> None:
    ana = make_traveller(microsoft)
    set_integration(account_of(ana), calendars="readwrite")
    microsoft.fault("token.fewer_scopes", count=1)
    ana.come_back(ana.answer())
    assert AuthorizationAttempt.objects.get().outcome == Outcome.FEWER_SCOPES


@pytest.mark.parametrize(
    ("granted", "missing"),
    [
        ("Calendars.Read User.Read", []),
        ("https://graph.microsoft.com/Calendars.ReadWrite user.read", []),
        ("User.Read", ["Calendars.Read"]),
        ("", ["Calendars.Read", "User.Read"]),
    ],
)
def test_a_wider_grant_covers_a_narrower_wish(granted: str, missing: list[str]) -> None:
    assert scopes.missing(granted, scopes.wanted(NO_CONTACTS)) == missing
    assert scopes.missing("Calendars.Read User.Read Contacts.Read", scopes.wanted(WRITES)) == ["Calendars.ReadWrite"]


def test_without_contacts_none_are_read_and_the_page_says_why(microsoft: Sandbox) -> None:
    ana = make_traveller(microsoft)
    set_integration(account_of(ana), contacts="none")
    connection = ana.connect()
    result = sync_connection(connection.pk)
    assert [done.kind for done in result.rounds] == ["events"]
    assert Meeting.objects.exists()
    assert not Contact.objects.exists()
    assert connection.streams.count() == 1
    page = shown(ana.user, "/contacts/")
    assert "Your contacts are not read" in page
    assert "Your company has chosen so." in page


def test_contacts_that_may_be_added_are_one_click_away() -> None:
    account = make_account()
    make_service(account)
    ana = make_user(account)
    make_connection(ana, **authorized(NO_CONTACTS))
    page = shown(ana, "/contacts/")
    assert "Connecting again asks for them as well." in page
    assert "/office365/authorize/?next=%2Fcontacts%2F" in page


def test_connecting_anew_without_contacts_deletes_those_held(microsoft: Sandbox) -> None:
    ana = make_traveller(microsoft)
    make_contact(ana.connect())
    set_integration(account_of(ana), contacts="none")
    assert Contact.objects.count() == 1
    assert ana.connect().permissions == NO_CONTACTS
    assert not Contact.objects.exists()


def test_an_unlocked_change_meanwhile_connects_with_what_was_asked(microsoft: Sandbox) -> None:
    ana = make_traveller(microsoft)
    answer = ana.answer()
    set_integration(account_of(ana), calendars="readwrite")
    ana.come_back(answer)
    assert Connection.objects.get().permissions == Permissions()


@pytest.mark.parametrize(
    ("parts", "locked", "outcome", "words"),
    [
        ({"on": False}, False, Outcome.SWITCHED_OFF, "is switched off for the whole company, by Dana Reyes"),
        ({"on": False}, True, Outcome.SWITCHED_OFF, "is locked off for the whole company, by Dana Reyes"),
        ({"calendars": "readwrite"}, True, Outcome.SETTING_CHANGED, "is locked to other permissions"),
    ],
)
def test_switched_off_or_locked_to_something_else_meanwhile_connects_nothing_and_is_explained(
    microsoft: Sandbox, parts: dict[str, Any], locked: bool, outcome: Outcome, words: str
) -> None:
    ana = make_traveller(microsoft)
    answer = ana.answer()
    set_integration(account_of(ana), **parts)
    if locked:
        lock(account_of(ana))
    response = ana.come_back(answer)
    assert AuthorizationAttempt.objects.get().outcome == outcome
    connection = Connection.objects.get()
    assert (connection.state, connection.token_cache) == (ConnectionState.NONE, "")
    page = ana.client.get(response["Location"]).content.decode()
    assert words in page
    assert ("Try again" in page) is (outcome == Outcome.SETTING_CHANGED)


def test_whoever_was_disconnected_while_away_is_told_so_on_coming_back(microsoft: Sandbox) -> None:
    ana = make_traveller(microsoft)
    ana.connect()
    answer = ana.answer()
    set_integration(account_of(ana), calendars="readwrite")
    lock(account_of(ana))
    response = ana.come_back(answer)
    assert "is locked to other permissions" in ana.client.get(response["Location"]).content.decode()
    assert Connection.objects.get().state == ConnectionState.DISCONNECTED_BY_POLICY
    assert ana.connect().permissions == WRITES


def test_a_token_that_lacks_what_it_was_asked_for_shows_what_the_company_lacks(microsoft: Sandbox) -> None:
    ana = make_traveller(microsoft)
    set_integration(account_of(ana), calendars="readwrite")
    set_integration(ana.user)
    microsoft.fault("token.fewer_scopes", count=1)
    ana.come_back(ana.answer())
    service = CalendarService.objects.get()
    assert (service.consent_state, service.missing_scopes) == (ConsentState.PARTIAL, "Contacts.Read")


@pytest.mark.parametrize(
    ("company", "own", "consent"),
    [
        ({"calendars": "readwrite"}, {}, ConsentState.REPORTED),
        ({}, {"contacts": "none"}, ConsentState.REPORTED),
        ({}, {"calendars": "readwrite"}, ConsentState.CONFIRMED),
        ({"calendars": "readwrite"}, {"calendars": "readwrite"}, ConsentState.CONFIRMED),
    ],
)
def test_a_token_confirms_the_companys_consent_only_where_it_covers_what_the_company_wants(
    microsoft: Sandbox, company: dict[str, str], own: dict[str, str], consent: ConsentState
) -> None:
    ana = make_traveller(microsoft)
    CalendarService.objects.update(consent_state=ConsentState.REPORTED)
    set_integration(account_of(ana), **company)
    set_integration(ana.user, **own)
    ana.connect()
    assert CalendarService.objects.get().consent_state == consent
