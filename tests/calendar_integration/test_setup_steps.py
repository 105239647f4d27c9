"""Profile > Other > Calendar and contacts integration > Configure > Office 365 > Next > Authorize."""

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Account, Role, User
from calendar_integration.authorization.prospect import AS_FAR_AS_KNOWN, CONFIRMED, REPORTED, WITHDRAWN, prospect
from calendar_integration.integration_setting import CalendarAccess, Permissions
from calendar_integration.models import (
    AuthorizationAttempt,
    CalendarService,
    ConsentState,
)
from tests.accounts.making_history import text_of
from tests.calendar_integration.journey import Traveller
from tests.calendar_integration.making import EWS, lock, make_group, offer_consent, set_integration
from tests.makers import make_account, make_service, make_user
from tests.sandbox.running import Sandbox

pytestmark = pytest.mark.django_db

SERVICE, ASKED = "/profile/office365/", "/profile/office365/authorize/"
LABEL = "I'm an Office 365 admin and I agree on behalf of the company"


def make_company() -> Account:
    account = make_account()
    make_service(account)
    return account


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def shown(user: User, path: str) -> str:
    response = browser_of(user).get(path)
    assert response.status_code == 200
    return text_of(response)


def test_the_steps_lead_from_the_profile_to_microsoft(microsoft: Sandbox) -> None:
    ana = Traveller(make_user(make_company()), microsoft)
    assert f'href="{SERVICE}"' in ana.client.get("/profile/").content.decode()
    assert f'action="{ASKED}"' in ana.client.get(SERVICE).content.decode()
    assert 'action="/office365/leave/"' in ana.client.get(ASKED, {"service": "office365"}).content.decode()
    assert "url=/office365/authorize/" in ana.client.get("/office365/leave/?next=/profile/").content.decode()
    assert not AuthorizationAttempt.objects.exists(), "looking asks Microsoft for nothing"
    assert ana.connect().is_active


def test_an_unlocked_setting_names_its_source_and_where_to_change_it() -> None:
    ana = make_user(make_company())
    set_integration(ana.account, calendars="readwrite", contacts="none")
    for path in (SERVICE, ASKED):
        page = shown(ana, path)
        assert "Inherited from the account · Dana Reyes" in page
        assert "Change it in your settings" in page
    assert "read and change your calendar, read your profile" in page
    assert 'href="/settings/meetings/#office365.integration"' in browser_of(ana).get(ASKED).content.decode()


@pytest.mark.parametrize("tier", ["account", "group"])
def test_what_is_locked_is_greyed_and_says_by_whom_and_why(tier: str) -> None:
    ana = make_user(make_company())
    target = ana.account if tier == "account" else make_group(ana.account, "Sales", 1, ana)
    set_integration(target, calendars="readwrite")
    lock(target, "One set of permissions")
    where = "Locked for the whole account" if tier == "account" else "Locked by the group Sales"
    for path in (SERVICE, ASKED):
        page = browser_of(ana).get(path)
        assert f"{where} · Dana Reyes" in text_of(page)
        assert "“One set of permissions”" in text_of(page)
        assert "setting-locked" in page.content.decode()
        assert "Change it in your settings" not in text_of(page)


def test_an_exchange_server_is_named_with_its_address() -> None:
    ana = make_user(make_company())
    set_integration(ana.account, **EWS)
    page = browser_of(ana).get(ASKED).content.decode()
    assert '<input class="form-check-input" type="checkbox" checked>' in page
    assert 'value="https://mail.contoso.example/EWS/Exchange.asmx"' in page
    assert "full access to your mailbox on mail.contoso.example" in page
    assert "the Exchange server mail.contoso.example" in shown(ana, SERVICE)


@pytest.mark.parametrize("offered", [True, False])
def test_the_admins_checkbox_is_there_only_with_the_account_setting(offered: bool) -> None:
    ana = make_user(make_company())
    if offered:
        offer_consent(ana.account)
    assert (LABEL in shown(ana, ASKED)) is offered
    assert LABEL not in shown(ana, SERVICE)


def test_switched_off_is_said_at_both_steps_and_nobody_can_go_on() -> None:
    ana = make_user(make_company())
    set_integration(ana.account, on=False)
    lock(ana.account, "Not in this company")
    for path in (SERVICE, ASKED):
        page = browser_of(ana).get(path)
        assert "is locked off for the whole company, by Dana Reyes. Reason: Not in this company." in text_of(page)
        assert "/office365/leave/" not in page.content.decode()
        assert f'action="{ASKED}"' not in page.content.decode()


@pytest.mark.parametrize(("role", "words"), [(Role.MEMBER, "Ask them"), (Role.ADMIN, "is added under Room Management")])
def test_without_a_service_everybody_is_told_before_anyone_leaves(role: Role, words: str) -> None:
    person = make_user(make_account(), role=role)
    for path in (SERVICE, ASKED):
        page = browser_of(person).get(path)
        assert "Your company has not set up Office 365 in Atrium yet" in text_of(page)
        assert words in text_of(page)
        assert "/office365/leave/" not in page.content.decode()


READ, CHANGE = Permissions(), Permissions(calendars=CalendarAccess.READWRITE)


@pytest.mark.parametrize(
    ("state", "missing", "asked", "words", "may_need_approval"),
    [
        (ConsentState.UNKNOWN, "", READ, AS_FAR_AS_KNOWN, True),
        (ConsentState.WITHDRAWN, "", READ, WITHDRAWN, True),
        (ConsentState.REPORTED, "", READ, REPORTED, False),
        (ConsentState.CONFIRMED, "", READ, CONFIRMED, False),
        (ConsentState.PARTIAL, "Calendars.ReadWrite", READ, CONFIRMED, False),
        (ConsentState.PARTIAL, "Calendars.ReadWrite Contacts.Read", CHANGE, "to read and change your calendar", True),
    ],
)
def test_what_to_expect_at_microsoft_is_said_before_anyone_is_sent_there(
    state: ConsentState, missing: str, asked: Permissions, words: str, may_need_approval: bool
) -> None:
    at = timezone.now()
    service = CalendarService(consent_state=state, missing_scopes=missing, consent_for_everyone_at=at)
    expected = prospect(service, asked)
    assert words in expected.text
    assert expected.may_need_approval is may_need_approval


@pytest.mark.parametrize("state", list(ConsentState))
def test_the_page_offers_to_ask_for_approval_where_it_may_be_needed(state: ConsentState) -> None:
    ana = make_user(make_company())
    CalendarService.objects.update(
        consent_state=state, consent_reported_at=timezone.now(), consent_for_everyone_at=timezone.now()
    )
    is_offered = state in (ConsentState.UNKNOWN, ConsentState.WITHDRAWN)
    assert ("Ask for approval" in shown(ana, ASKED)) is is_offered


@pytest.mark.parametrize("path", [SERVICE, ASKED])
def test_the_steps_cost_few_queries(path: str) -> None:
    ana = make_user(make_company())
    client = browser_of(ana)
    client.get(path)
    with CaptureQueriesContext(database) as captured:
        client.get(path)
    assert len(captured) <= 9
