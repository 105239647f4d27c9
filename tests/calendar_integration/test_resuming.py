"""After an admin has agreed: who was turned away connects at the next click or sign-in."""

from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Account
from calendar_integration.authorization import prompt
from calendar_integration.company_consent import consent_links
from calendar_integration.models import (
    AdminConsentAttempt,
    AskMode,
    AuthorizationAttempt,
    CalendarService,
    Connection,
    ConnectionState,
    ConsentState,
    Outcome,
)
from tests.calendar_integration.journey import Traveller
from tests.calendar_integration.making_consent import make_consent_link
from tests.makers import CONTOSO_TENANT, make_account, make_attempt, make_connection, make_service, make_user
from tests.sandbox.browser import Browser
from tests.sandbox.running import Sandbox

pytestmark = pytest.mark.django_db


def make_blocked(microsoft: Sandbox, ask: AskMode) -> Traveller:
    """Ana, whom Microsoft itself told that an admin has to approve, in a company that only admins may consent for."""
    microsoft.control("PUT", "/tenants/contoso.example/policy", {"user_consent": "admin_only"})
    account = make_account()
    make_service(account, ask=ask)
    ana = make_user(account)
    make_connection(ana, ConnectionState.BLOCKED_BY_ADMIN)
    make_attempt(ana, Outcome.CONSENT_REQUIRED, refused_by_microsoft=True)
    return Traveller(ana, microsoft)


def agree(microsoft: Sandbox, account: Account) -> None:
    """Dana Reyes opens a consent link in her own browser, and accepts at Microsoft."""
    client, link = Client(), make_consent_link(account)
    from_here = client.get(f"/consent/{consent_links.signed(link)}/continue/")["Location"]
    with Browser(microsoft.http) as browser:
        browser.open(from_here).press("Dana Reyes").press("Accept")
        back = str(browser.left_for)
    assert "Thank you" in client.get(back.partition("8000")[2], follow=True).content.decode()


def test_the_next_click_connects_and_confirms(microsoft: Sandbox) -> None:
    ana = make_blocked(microsoft, AskMode.OFF)
    agree(microsoft, ana.user.account)
    assert CalendarService.objects.get().consent_state == ConsentState.REPORTED
    assert ana.connect().state == ConnectionState.ACTIVE
    assert CalendarService.objects.get().consent_state == ConsentState.CONFIRMED


def test_the_pause_ends_and_the_next_sign_in_leads_to_microsoft(microsoft: Sandbox) -> None:
    ana = make_blocked(microsoft, AskMode.EVERY)
    assert prompt.address_after_sso(ana.user, "/meetings/") == "/meetings/"
    agree(microsoft, ana.user.account)
    address = prompt.address_after_sso(ana.user, "/meetings/")
    assert address.startswith(microsoft.http)
    with Browser(microsoft.http) as browser:
        browser.open(address)
        if browser.left_for is None:
            browser.press("Ana Lima")
        response = ana.come_back(str(browser.left_for))
    assert response["Location"] == "/meetings/"
    assert Connection.objects.get().state == ConnectionState.ACTIVE


def test_being_asked_once_is_not_used_up_by_an_approval_that_was_missing(microsoft: Sandbox) -> None:
    ana = make_blocked(microsoft, AskMode.FIRST)
    Connection.objects.update(asked_at=timezone.now())
    AuthorizationAttempt.objects.update(started_at=timezone.now())
    assert prompt.address_after_sso(ana.user, "/meetings/") == "/meetings/"
    agree(microsoft, ana.user.account)
    assert prompt.address_after_sso(ana.user, "/meetings/").startswith(microsoft.http)
    assert prompt.address_after_sso(ana.user, "/meetings/") == "/meetings/", "once for each report"


def test_whoever_declined_by_themselves_is_not_asked_again_in_that_mode(microsoft: Sandbox) -> None:
    ana = make_blocked(microsoft, AskMode.FIRST)
    Connection.objects.update(asked_at=timezone.now(), state=ConnectionState.NONE)
    AuthorizationAttempt.objects.update(started_at=timezone.now(), outcome=Outcome.DECLINED)
    agree(microsoft, ana.user.account)
    assert prompt.address_after_sso(ana.user, "/meetings/") == "/meetings/"


def test_a_typed_report_proves_nothing_and_the_person_meets_the_same_page_at_microsoft(microsoft: Sandbox) -> None:
    ana = make_blocked(microsoft, AskMode.OFF)
    client, link = Client(), make_consent_link(ana.user.account)
    client.get(f"/consent/{consent_links.signed(link)}/continue/")
    said = {"admin_consent": "True", "tenant": CONTOSO_TENANT, "state": AdminConsentAttempt.objects.get().state}
    client.get(f"/office365/admin-consent/?{urlencode(said)}")
    with Browser(microsoft.http) as browser:
        browser.open(ana.leave()).press("Ana Lima").follow("Return to the application without granting consent")
        response = ana.come_back(str(browser.left_for))
    assert "An Office 365 admin has approved" in ana.client.get(response["Location"]).content.decode()
    assert not Connection.objects.get().is_active
    assert CalendarService.objects.get().consent_state == ConsentState.REPORTED
