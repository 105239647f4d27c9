"""The consent doctor: the state in words, what is missing, who waits, and what can be sent to whom."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import Account, Role, User
from calendar_integration.models import (
    CalendarService,
    Connection,
    ConnectionState,
    ConsentRequest,
    ConsentState,
    Outcome,
)
from tests.calendar_integration.making_consent import make_consent_link, make_request, set_consent
from tests.makers import CONTOSO_TENANT, make_account, make_attempt, make_connection, make_service, make_user
from tests.sandbox.running import Sandbox

pytestmark = pytest.mark.django_db

PAGE = "/rooms/calendar-integration/"
WAITING, MAIL = f"{PAGE}waiting/", f"{PAGE}consent/mail/"


def make_company() -> Account:
    account = make_account()
    make_service(account)
    make_user(account, "dana", role=Role.OWNER)
    return account


def dana() -> Client:
    client = Client()
    client.force_login(User.objects.get(email="dana@contoso.example"))
    return client


def text(path: str) -> str:
    response = dana().get(path)
    assert response.status_code == 200
    return str(response.content.decode())


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (ConsentState.UNKNOWN, "No Office 365 admin has approved"),
        (ConsentState.REPORTED, "The first person who connects proves it"),
        (ConsentState.CONFIRMED, "nobody needs an approval any more"),
        (ConsentState.PARTIAL, "grants only some"),
        (ConsentState.WITHDRAWN, "asks for approval again"),
    ],
)
def test_every_state_is_explained(state: ConsentState, words: str) -> None:
    account = make_company()
    set_consent(account, state)
    page = text(PAGE)
    assert words in page
    assert f">{state.label}</span>" in page


def test_missing_permissions_are_named_in_words() -> None:
    account = make_company()
    set_consent(account, ConsentState.PARTIAL, missing_scopes="Contacts.Read")
    page = text(PAGE)
    assert "Missing in the last authorization" in page
    assert "Read the contacts of the people who connect" in page


def test_after_a_report_it_says_until_when_microsoft_may_need() -> None:
    account = make_company()
    reported_at = timezone.now().replace(second=0, microsecond=0)
    set_consent(account, ConsentState.REPORTED, consent_reported_at=reported_at)
    assert f"until {reported_at + timedelta(minutes=30):%H:%M}" in text(PAGE)
    set_consent(account, ConsentState.REPORTED, consent_reported_at=reported_at - timedelta(minutes=31))
    assert "Microsoft may need 30 minutes" not in text(PAGE)


def test_people_who_wait_are_counted_and_named_on_a_page_of_their_own() -> None:
    account = make_company()
    make_request(make_user(account, "ana"), note="Before Monday", ago=timedelta(hours=1))
    make_connection(make_user(account, "bo"), ConnectionState.BLOCKED_BY_ADMIN)
    make_request(make_user(account, "cy"), told_at=timezone.now())
    make_connection(make_user(account, "di", is_active=False), ConnectionState.BLOCKED_BY_ADMIN)
    make_request(make_user(make_account("fabrikam"), "finn"))
    assert "2 people wait for it" in text(PAGE)
    page = text(WAITING)
    assert page.index("Ana Lima") < page.index("Bo Lima")
    assert "Before Monday" in page
    assert "turned away by Microsoft, has not asked" in page
    for name in ("Cy Lima", "Di Lima", "Finn Lima"):
        assert name not in page


def test_people_who_turned_back_at_microsoft_are_counted_apart() -> None:
    account = make_company()
    make_attempt(make_user(account, "ana"), Outcome.DECLINED)
    make_attempt(make_user(account, "bo"), Outcome.EXPIRED)
    connected = make_user(account, "cy")
    make_attempt(connected, Outcome.EXPIRED)
    make_connection(connected)
    make_attempt(make_user(account, "di"), Outcome.EXPIRED, ended_at=timezone.now() - timedelta(days=8))
    assert "2 people went to Microsoft within a week and did not connect" in text(PAGE)


def queries(path: str) -> int:
    client = dana()
    client.get(path)
    with CaptureQueriesContext(database) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


@pytest.mark.parametrize("path", [PAGE, WAITING])
def test_a_thousand_who_wait_cost_as_many_queries_as_one(path: str) -> None:
    account = make_company()
    make_request(make_user(account, "ana"))
    make_consent_link(account)
    few = queries(path)
    people = [User(account=account, email=f"p{n}@contoso.example", name=f"Person {n:04}") for n in range(1000)]
    User.objects.bulk_create(people)
    now = timezone.now()
    half = people[:500]
    ConsentRequest.objects.bulk_create(ConsentRequest(account=account, user=user, asked_at=now) for user in half)
    blocked = ConnectionState.BLOCKED_BY_ADMIN
    Connection.objects.bulk_create(Connection(account=account, user=user, state=blocked) for user in people[500:])
    for _ in range(8):
        make_consent_link(account)
    assert queries(path) == few
    assert "Page 1 of 21" in text(WAITING)
    assert text(f"{WAITING}?page=2").count("main-link") == 50


@pytest.mark.parametrize("page", ["0", "-1", "many", "%00", "99999999999"])
def test_odd_pages_are_put_up_with(page: str) -> None:
    make_company()
    assert "Nobody waits" in text(f"{WAITING}?page={page}")


def test_links_are_listed_and_those_that_no_longer_fit_are_marked() -> None:
    account = make_company()
    make_consent_link(account)
    assert "Asks for other permissions than now" not in text(PAGE)
    make_consent_link(account, calendar_access="readwrite")
    make_consent_link(account, revoked_at=timezone.now())
    page = text(PAGE)
    assert page.count("Show and copy") == 2
    assert page.count("Asks for other permissions than now") == 1


def mail_of(page: str) -> dict[str, Any]:
    """The mail that the page's link opens in a mail program."""
    address = page.split('href="mailto:')[1].split('"')[0].replace("&amp;", "&")
    return {name: values[0] for name, values in parse_qs(address.lstrip("?")).items()}


def test_the_mail_brings_the_link_the_permissions_and_the_tenant(microsoft: Sandbox) -> None:
    link = make_consent_link(make_company())
    page = text(MAIL)
    said = mail_of(page)
    assert said["subject"] == "Please approve Atrium for Contoso in Office 365"
    for words in (f"/consent/{link.pk}~", "Calendars.Read", str(CONTOSO_TENANT), "works until", "Dana Lima"):
        assert words in said["body"]


def test_microsofts_own_page_is_shown_exactly(microsoft: Sandbox) -> None:
    make_company()
    page = text(MAIL)
    address = page.split('id="microsoft-address" value="')[1].split('"')[0].replace("&amp;", "&")
    parts = urlsplit(address)
    query = parse_qs(parts.query)
    assert (parts.path, unquote(query["redirect_uri"][0])) == (
        f"/{CONTOSO_TENANT}/v2.0/adminconsent",
        "http://localhost:8000/office365/admin-consent/",
    )
    assert "Calendars.Read" in query["scope"][0]
    assert "state" not in query


def test_with_microsoft_out_of_reach_the_mail_is_there_all_the_same(settings: Settings) -> None:
    make_company()
    settings.MS_AUTHORITY_HOST = "https://127.0.0.1:9"
    page = text(MAIL)
    assert "Microsoft cannot be reached right now" in page
    assert "Please approve Atrium" in page


def test_another_accounts_link_is_not_shown(microsoft: Sandbox) -> None:
    make_company()
    theirs = make_consent_link(make_account("fabrikam"))
    assert "/consent/" not in mail_of(text(f"{MAIL}?link={theirs.pk}"))["body"].replace("calendar-integration", "")
    assert dana().get(f"{MAIL}?link=%00").status_code == 200


def test_without_a_service_there_is_nothing_to_write_about() -> None:
    make_company()
    CalendarService.objects.all().delete()
    assert dana().get(MAIL)["Location"] == PAGE
    assert dana().post(f"{PAGE}consent/links/")["Location"] == PAGE
