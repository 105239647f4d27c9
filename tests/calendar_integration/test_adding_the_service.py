"""Room Management > Calendar Integration > Add calendar service, step by step and without JavaScript."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import AuditEvent, Domain, Role, SettingValue
from calendar_integration.models import AdminConsentAttempt, CalendarService, ConsentState
from calendar_integration.wire import http
from tests.accounts.making_history import elements, signed_in
from tests.calendar_integration.making import set_integration
from tests.calendar_integration.making_company import ADD, PAGE, Admin, fields_of, make_admin
from tests.makers import CONTOSO_TENANT, make_service, make_user
from tests.sandbox.browser import Browser
from tests.sandbox.running import Sandbox

pytestmark = pytest.mark.django_db


def begin(**fields: Any) -> Admin:
    admin = make_admin(**fields)
    admin.open(ADD)
    return admin


def to_the_last_step(admin: Admin, **chosen: str) -> Admin:
    """Office 365, OAuth 2.0, and what is chosen at the third step."""
    admin.press(ADD)
    admin.press(ADD)
    assert admin.press(ADD, **chosen).status_code == 200, admin.text
    return admin


def test_without_a_service_the_page_has_one_thing_to_do() -> None:
    admin = make_admin()
    assert "No calendar service yet" in admin.open()
    assert admin.seen
    assert [link.get("href") for link in elements(admin.seen.content, "//main//a")] == [ADD]


def test_four_steps_lead_to_a_service_with_a_tenant_that_was_shown_before(microsoft: Sandbox) -> None:
    admin = to_the_last_step(begin(), calendars="readwrite", contacts="none")
    assert "calendars read and write, contacts none" in admin.text
    assert str(CONTOSO_TENANT) in admin.text
    assert not CalendarService.objects.exists()
    assert admin.press(ADD)["Location"] == PAGE
    service = CalendarService.objects.get()
    assert (service.account, service.tenant_id, service.tenant_domain) == (
        admin.account,
        CONTOSO_TENANT,
        "contoso.example",
    )
    assert (service.method, service.calendar_access, service.contact_access) == ("graph", "readwrite", "none")
    assert (service.added_by, service.consent_state) == ("Dana Lima", ConsentState.UNKNOWN)
    event = AuditEvent.objects.get(action="calendar.service_configured")
    assert (event.actor, event.after["tenant_id"]) == (admin.user, str(CONTOSO_TENANT))
    page = admin.open()
    assert "The calendar service is added" in page
    assert "Approval by an Office 365 admin" in page
    assert "People can connect" in page


def test_an_office_365_admin_goes_on_to_microsoft_and_the_company_has_agreed(microsoft: Sandbox) -> None:
    admin = to_the_last_step(begin(), calendars="readwrite")
    leaving = admin.press(ADD, agree="on")
    hop = admin.client.get(leaving["Location"])
    address = elements(hop.content, "//main//a[text()='Go on']")[0].get("href")
    at_microsoft = admin.client.get(address)["Location"]
    assert "Calendars.ReadWrite" in parse_qs(urlsplit(at_microsoft).query)["scope"][0]
    with Browser(microsoft.http) as browser:
        browser.open(at_microsoft).press("Dana Reyes").press("Accept")
        back = urlsplit(str(browser.left_for))
    assert AdminConsentAttempt.objects.get().next_path == PAGE
    assert admin.client.get(f"{back.path}?{back.query}").status_code == 302
    assert CalendarService.objects.get().consent_state == ConsentState.REPORTED


def test_back_loses_nothing_that_was_said(microsoft: Sandbox) -> None:
    admin = to_the_last_step(begin(), calendars="readwrite", contacts="none")
    assert "What may Atrium do?" in admin.press(ADD, "back").content.decode()
    assert admin.seen
    assert fields_of(admin.seen)["calendars"] == "readwrite"
    assert "How are mailboxes reached?" in admin.press(ADD, "back").content.decode()
    assert "Which calendar service?" in admin.press(ADD, "back").content.decode()
    to_the_last_step(admin)
    assert "calendars read and write, contacts none" in admin.text


def test_a_step_cannot_be_skipped(microsoft: Sandbox) -> None:
    admin = make_admin()
    answer = admin.client.post(ADD, {"step": "authorize", "go": "next", "agree": "on"})
    assert answer.status_code == 422
    assert "Which calendar service?" in answer.content.decode()
    assert admin.client.post(ADD, {"step": "nonsense", "go": "back", "service": "\0"}).status_code == 200
    assert not CalendarService.objects.exists()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Type the EWS URL"),
        ("http://mail.contoso.com/EWS/Exchange.asmx", "has to begin with https://"),
        ("https://outlook.office365.com/EWS/Exchange.asmx", "1 April 2027"),
        ("https://127.0.0.1/EWS/Exchange.asmx", "private network"),
        ("https://mail.nowhere.invalid/EWS/Exchange.asmx", "There is no Exchange server at"),
    ],
)
def test_an_ews_url_that_cannot_be_is_refused_where_it_was_typed(typed: str, words: str) -> None:
    admin = begin()
    admin.press(ADD)
    assert admin.press(ADD, method="ews", ews_url=typed).status_code == 422
    assert words in admin.text
    assert admin.seen
    assert fields_of(admin.seen)["ews_url"] == typed


def test_by_ews_permissions_are_shown_disabled_and_those_of_graph_come_back(microsoft: Sandbox) -> None:
    admin = begin()
    admin.press(ADD, calendars="read", contacts="none")
    # As if the server had been asked a step ago: what follows does not ask it again.
    admin.seen = admin.client.post(ADD, {**by_ews("permissions"), "go": "next"})
    assert "EWS, full mailbox access" in admin.text
    admin.press(ADD, "back")
    assert "EWS always gives full access to the mailbox" in admin.text
    assert admin.seen
    permissions = elements(admin.seen.content, "//input[@name='calendars' or @name='contacts'][@type='radio']")
    assert [field.get("disabled") is None for field in permissions] == [False] * 4
    admin.press(ADD, "back")
    admin.press(ADD, method="graph")
    assert admin.seen
    assert fields_of(admin.seen)["contacts"] == "none"
    assert "EWS always gives" not in admin.text


def by_ews(step: str) -> dict[str, str]:
    """What the form holds at a step, with EWS chosen before."""
    return {
        "step": step,
        "service": "office365",
        "method": "ews",
        "ews_url": "https://mail.contoso.example/EWS/Exchange.asmx",
        "calendars": "read",
        "contacts": "none",
        "domain": "contoso.example",
    }


def test_an_ews_service_asks_for_its_url_in_the_setting_before_anybody_leaves(microsoft: Sandbox) -> None:
    admin = begin()
    admin.seen = admin.client.post(ADD, {**by_ews("permissions"), "go": "next"})
    location = admin.press(ADD, agree="on")["Location"]
    assert CalendarService.objects.get().method == "ews"
    assert location == PAGE, "no log of addresses gets to know the server's"
    assert "Take the EWS URL over" in admin.open(location)
    assert admin.seen
    assert "https://mail.contoso.example/EWS/Exchange.asmx" in admin.text
    take_over = elements(admin.seen.content, "//a[text()='Use in the setting too']")[0].get("href")
    assert take_over.startswith("/account/settings/change/office365.integration/set/?method=ews&ews_url=https")
    assert not SettingValue.objects.filter(key="office365.integration").exists()
    assert "People are not asked for EWS yet" in admin.open()
    assert "https://mail.contoso.example/EWS/Exchange.asmx" in admin.text, "it is known as long as one is signed in"
    set_integration(admin.account, method="ews", ews_url=by_ews("")["ews_url"])
    assert "People are not asked for EWS yet" not in admin.open()
    assert not admin.client.session.keys() & {"typed_ews_url"}, "the setting has it, and may change"
    set_integration(admin.account, method="graph")
    other = signed_in(make_user(admin.account, "lee", role=Role.ADMIN)).get(PAGE).content.decode()
    assert "Type the EWS URL there" in other, "another admin typed none"


def test_without_a_proven_domain_the_way_leads_to_the_domains() -> None:
    admin = make_admin(proven=False)
    assert "It needs a proven domain" in admin.open()
    assert "Prove a domain first" in admin.open(ADD)
    assert admin.seen
    assert elements(admin.seen.content, "//main//a[@href='/account/sso/domains/']")


@pytest.mark.parametrize("name", ["fabrikam.example", "11111111-aaaa-4bbb-8ccc-000000000001", "", "new.example"])
def test_only_proven_domains_stand_for_the_company(microsoft: Sandbox, name: str) -> None:
    admin = begin()
    Domain.objects.create(account=admin.account, name="new.example")
    admin.press(ADD)
    admin.press(ADD)
    assert admin.press(ADD, domain=name).status_code == 422
    assert not CalendarService.objects.exists()


def test_of_several_domains_the_own_one_is_proposed_and_another_can_be_chosen(microsoft: Sandbox) -> None:
    admin = make_admin()
    Domain.objects.create(account=admin.account, name="a-brand.example", proven_at=timezone.now())
    admin.open(ADD)
    admin.press(ADD)
    admin.press(ADD)
    assert admin.seen
    assert fields_of(admin.seen)["domain"] == "contoso.example"
    assert admin.press(ADD, domain="a-brand.example").status_code == 422
    assert "Microsoft knows no organisation with the domain a-brand.example" in admin.text


def test_a_domain_that_is_lost_on_the_way_loses_nothing_else(microsoft: Sandbox) -> None:
    admin = to_the_last_step(begin(), contacts="none")
    Domain.objects.all().delete()
    assert admin.press(ADD).status_code == 422
    assert "No domain of your company is proven any more" in admin.text
    assert admin.seen
    assert fields_of(admin.seen)["contacts"] == "none"


def test_microsoft_out_of_reach_is_said_and_nothing_is_lost(microsoft: Sandbox, settings: Settings) -> None:
    admin = begin()
    admin.press(ADD)
    admin.press(ADD)
    there, settings.MS_AUTHORITY_HOST = settings.MS_AUTHORITY_HOST, "https://127.0.0.1:9"
    http.forget_everything()
    assert admin.press(ADD, calendars="readwrite").status_code == 503
    assert "Microsoft cannot be reached right now" in admin.text
    settings.MS_AUTHORITY_HOST = there
    assert admin.press(ADD).status_code == 200
    assert "calendars read and write" in admin.text


def test_another_tenant_than_was_shown_is_not_saved(microsoft: Sandbox) -> None:
    admin = to_the_last_step(begin())
    assert admin.press(ADD, tenant_seen="22222222-aaaa-4bbb-8ccc-000000000002").status_code == 422
    assert "Microsoft names another tenant" in admin.text
    assert not CalendarService.objects.exists()
    assert admin.press(ADD).status_code == 302
    assert CalendarService.objects.get().tenant_id == CONTOSO_TENANT


def test_two_admins_add_one_service(microsoft: Sandbox) -> None:
    dana = to_the_last_step(begin())
    lee = make_user(dana.account, "lee", role=Role.ADMIN)
    other = Admin(lee, signed_in(lee))
    other.open(ADD)
    to_the_last_step(other, calendars="readwrite").press(ADD)
    assert dana.press(ADD)["Location"] == PAGE
    assert "Somebody has added a calendar service meanwhile" in dana.open()
    assert CalendarService.objects.get().added_by == "Lee Lima"


def test_where_there_is_one_no_second_is_begun() -> None:
    admin = make_admin()
    make_service(admin.account)
    assert admin.client.get(ADD)["Location"] == PAGE
