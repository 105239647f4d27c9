"""Consent links: an Office 365 admin without a user here agrees for one company, and can do nothing else."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.conf import settings as django_settings
from django.core.signing import Signer
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import Account, AuditEvent, Role
from calendar_integration.company_consent import consent_links
from calendar_integration.models import (
    AdminConsentAttempt,
    AdminConsentOutcome,
    CalendarService,
    ConsentLink,
    ConsentState,
)
from calendar_integration.tasks import expire_attempts
from tests.calendar_integration.making import offer_consent
from tests.calendar_integration.making_consent import make_consent_link, make_request
from tests.makers import CONTOSO_TENANT, make_account, make_service, make_user
from tests.sandbox.browser import Browser
from tests.sandbox.running import Sandbox

pytestmark = pytest.mark.django_db


def make_company() -> Account:
    account = make_account()
    make_service(account)
    return account


def path_of(link: ConsentLink) -> str:
    return urlsplit(consent_links.address(link)).path


def leave(client: Client, link: ConsentLink) -> str:
    response = client.get(f"{path_of(link)}continue/")
    assert response.status_code == 302, response.content
    return str(response["Location"])


def answer(**parts: str) -> str:
    """An answer to the last attempt, as Microsoft or anybody may write it."""
    said = {
        "admin_consent": "True",
        "tenant": str(CONTOSO_TENANT),
        "state": AdminConsentAttempt.objects.latest("pk").state,
    }
    return f"/office365/admin-consent/?{urlencode({**said, **parts})}"


def state_of_consent() -> str:
    return CalendarService.objects.get().consent_state


def text(response: Any) -> str:
    return str(response.content.decode())


def test_it_is_made_by_an_admin_for_two_weeks_and_audited() -> None:
    account = make_company()
    lee = make_user(account, "lee", role=Role.ADMIN)
    client = Client()
    client.force_login(lee)
    response = client.post("/rooms/calendar-integration/consent/links/")
    link = ConsentLink.objects.get()
    assert response["Location"] == f"/rooms/calendar-integration/consent/mail/?link={link.pk}"
    assert link.expires_at - link.created_at - timedelta(days=14) < timedelta(seconds=5)
    assert AuditEvent.objects.get(action="calendar.consent_link_created").actor == lee


def test_the_page_names_company_permissions_and_who_made_it_to_a_stranger() -> None:
    link = make_consent_link(make_company(), calendar_access="readwrite", contact_access="none")
    page = text(Client().get(path_of(link)))
    for words in ("Contoso", "contoso.example", "Calendars.ReadWrite", "Read and change", "Dana Reyes", "30 minutes"):
        assert words in page
    assert "Contacts.Read" not in page
    assert "Continue to Microsoft" in page
    link.refresh_from_db()
    assert link.opened_at


def test_neither_search_engines_nor_other_sites_hear_of_it_and_no_session_begins() -> None:
    link = make_consent_link(make_company())
    client = Client()
    for path in (path_of(link), f"{path_of(link)}result/", "/consent/made-up/"):
        response = client.get(path)
        assert response["X-Robots-Tag"] == "noindex, nofollow"
        assert response["Referrer-Policy"] == "no-referrer"
        assert "no-store" in response["Cache-Control"]
    assert django_settings.SESSION_COOKIE_NAME not in client.cookies


def test_the_whole_way_reports_consent_for_that_company_and_thanks(microsoft: Sandbox) -> None:
    link, client = make_consent_link(make_company()), Client()
    make_service(make_account("fabrikam"))
    with Browser(microsoft.http) as browser:
        browser.open(leave(client, link)).press("Dana Reyes").press("Accept")
        back = urlsplit(str(browser.left_for))
    response = client.get(f"{back.path}?{back.query}")
    assert response["Location"] == f"{path_of(link)}result/"
    page = text(client.get(response["Location"]))
    assert "Thank you" in page
    assert "30 minutes" in page
    states = dict(CalendarService.objects.values_list("account__vanity", "consent_state"))
    assert states == {"contoso": ConsentState.REPORTED, "fabrikam": ConsentState.UNKNOWN}
    event = AuditEvent.objects.get(action="calendar.admin_consent_reported")
    assert (event.actor, event.actor_label) == (None, "Nobody signed in")
    assert event.after["link_of"] == link.created_by
    assert django_settings.SESSION_COOKIE_NAME not in client.cookies


def test_pressing_cancel_at_microsoft_records_nothing_though_it_says_admin_consent_true(microsoft: Sandbox) -> None:
    link, client = make_consent_link(make_company()), Client()
    with Browser(microsoft.http) as browser:
        browser.open(leave(client, link)).press("Dana Reyes").press("Cancel")
        back = urlsplit(str(browser.left_for))
    assert "admin_consent=True" in back.query
    response = client.get(f"{back.path}?{back.query}", follow=True)
    assert "Nothing was approved" in text(response)
    assert "pressed Cancel" in text(response)
    assert state_of_consent() == ConsentState.UNKNOWN


@pytest.mark.parametrize(
    ("parts", "outcome", "words"),
    [
        ({"tenant": "22222222-aaaa-4bbb-8ccc-000000000002"}, AdminConsentOutcome.WRONG_TENANT, "another organisation"),
        ({"error": "server_error"}, AdminConsentOutcome.ERROR, "could not be used"),
        ({"admin_consent": "False"}, AdminConsentOutcome.ERROR, "could not be used"),
    ],
)
def test_an_answer_that_does_not_fit_is_explained_and_records_nothing(
    microsoft: Sandbox, parts: dict[str, str], outcome: str, words: str
) -> None:
    link, client = make_consent_link(make_company()), Client()
    leave(client, link)
    assert words in text(client.get(answer(**parts), follow=True))
    assert AdminConsentAttempt.objects.get().outcome == outcome
    assert state_of_consent() == ConsentState.UNKNOWN


def test_another_browser_a_second_and_a_late_answer_change_nothing(microsoft: Sandbox) -> None:
    link, client = make_consent_link(make_company()), Client()
    leave(client, link)
    stranger = Client()
    response = stranger.get(answer())
    assert response.status_code == 400
    assert "Reference" in text(response)
    assert "Contoso" not in text(response)
    AdminConsentAttempt.objects.update(started_at=timezone.now() - timedelta(minutes=16))
    assert client.get(answer()).status_code == 400
    assert state_of_consent() == ConsentState.UNKNOWN
    AdminConsentAttempt.objects.update(started_at=timezone.now())
    assert client.get(answer()).status_code == 302
    CalendarService.objects.update(consent_state=ConsentState.UNKNOWN)
    assert client.get(answer()).status_code == 400
    assert state_of_consent() == ConsentState.UNKNOWN


def test_the_result_is_shown_to_the_browser_that_was_there_only(microsoft: Sandbox) -> None:
    link, client = make_consent_link(make_company()), Client()
    leave(client, link)
    client.get(answer())
    assert "Thank you" in text(client.get(f"{path_of(link)}result/"))
    assert Client().get(f"{path_of(link)}result/")["Location"] == path_of(link)


def test_a_signed_in_persons_state_is_no_use_to_a_browser_and_the_other_way_round(microsoft: Sandbox) -> None:
    account = make_company()
    offer_consent(account)
    link, ana, stranger = make_consent_link(account), Client(), Client()
    ana.force_login(make_user(account))
    ana.get("/office365/authorize/?for_company=1")
    stranger.get(f"{path_of(link)}continue/")
    by_person, by_link = AdminConsentAttempt.objects.order_by("user__id")
    assert stranger.get(answer(state=by_person.state))["Location"] == "/sign-in/"
    assert ana.get(answer(state=by_link.state)).status_code == 400
    assert not AdminConsentAttempt.objects.exclude(outcome="").exists()


@pytest.mark.parametrize("ended", ["expires_at", "revoked_at"])
def test_a_link_that_has_run_out_or_was_revoked_says_so_without_naming_anybody(ended: str) -> None:
    link = make_consent_link(make_company(), **{ended: timezone.now()})
    for path in (path_of(link), f"{path_of(link)}continue/"):
        response = Client().get(path)
        assert response.status_code == 410
        assert "Contoso" not in text(response)
        assert "Dana" not in text(response)
    assert not AdminConsentAttempt.objects.exists()


def test_one_of_a_company_whose_service_is_off_does_not_work_either() -> None:
    link = make_consent_link(make_company())
    CalendarService.objects.update(is_enabled=False)
    assert Client().get(path_of(link)).status_code == 410


def test_forged_links_are_not_found() -> None:
    link = make_consent_link(make_company())
    signed = consent_links.signed(link)
    other_salt = Signer(salt="something else", sep="~").sign(str(link.pk))
    beyond = Signer(salt="calendar_integration.consent_link", sep="~").sign("99999999999999999999")
    number = signed.replace(f"{link.pk}~", f"{link.pk + 1}~")
    for forged in (number, signed[:-1], other_salt, beyond, str(link.pk), "~", "%00", "a" * 3000):
        response = Client().get(f"/consent/{forged}/")
        assert response.status_code == 404, forged
        assert "Contoso" not in text(response)


def test_revoking_ends_it_at_once_also_for_whoever_is_at_microsoft(microsoft: Sandbox) -> None:
    account = make_company()
    link, stranger, client = make_consent_link(account), Client(), Client()
    leave(stranger, link)
    dana = make_user(account, "dana", role=Role.OWNER)
    client.force_login(dana)
    path = f"/rooms/calendar-integration/consent/links/{link.pk}/revoke/"
    assert "Revoke this link?" in text(client.get(path))
    client.post(path)
    client.post(path)
    assert stranger.get(answer()).status_code == 400
    assert state_of_consent() == ConsentState.UNKNOWN
    assert AuditEvent.objects.filter(action="calendar.consent_link_revoked", actor=dana).count() == 1


def test_another_sites_page_cannot_send_a_browser_to_microsoft() -> None:
    link = make_consent_link(make_company())
    response = Client().get(f"{path_of(link)}continue/", headers={"Sec-Fetch-Site": "cross-site"})
    assert response["Location"] == path_of(link)
    assert not AdminConsentAttempt.objects.exists()


def test_a_link_leads_to_microsoft_sixty_times_an_hour_and_others_go_on_working(microsoft: Sandbox) -> None:
    account = make_company()
    link, other, client = make_consent_link(account), make_consent_link(account), Client()
    for number in range(60):
        AdminConsentAttempt.objects.create(account=account, link=link, state=f"many-{number}", next_path="/")
    response = client.get(f"{path_of(link)}continue/")
    assert response.status_code == 429
    assert "Try again in an hour" in text(response)
    leave(client, other)


def test_microsoft_out_of_reach_is_said_on_the_page(microsoft: Sandbox, settings: Settings) -> None:
    link = make_consent_link(make_company())
    settings.MS_AUTHORITY_HOST = "https://127.0.0.1:9"
    response = Client().get(f"{path_of(link)}continue/")
    assert response.status_code == 503
    assert "cannot be reached right now" in text(response)
    assert not AdminConsentAttempt.objects.exists()


def test_a_report_counts_anew_where_somebody_has_asked_since(microsoft: Sandbox) -> None:
    account = make_company()
    link, client = make_consent_link(account), Client()
    leave(client, link)
    client.get(answer())
    CalendarService.objects.update(consent_reported_at=timezone.now() - timedelta(hours=2))
    before = CalendarService.objects.get().consent_reported_at
    leave(client, link)
    client.get(answer())
    assert CalendarService.objects.get().consent_reported_at == before
    make_request(make_user(account))
    leave(client, link)
    client.get(answer())
    assert CalendarService.objects.get().consent_reported_at != before


def test_an_account_has_ten_links_at_a_time_and_other_accounts_links_do_not_exist() -> None:
    account, fabrikam = make_company(), make_account("fabrikam")
    client = Client()
    client.force_login(make_user(account, "dana", role=Role.OWNER))
    for _ in range(10):
        make_consent_link(account)
    response = client.post("/rooms/calendar-integration/consent/links/", follow=True)
    assert "Revoke one that nobody needs" in text(response)
    assert ConsentLink.objects.count() == 10
    theirs = make_consent_link(fabrikam)
    assert client.post(f"/rooms/calendar-integration/consent/links/{theirs.pk}/revoke/").status_code == 404


def test_links_that_ran_out_long_ago_are_deleted_with_their_attempts() -> None:
    account = make_company()
    old = make_consent_link(account, expires_at=timezone.now() - timedelta(days=91))
    make_consent_link(account, expires_at=timezone.now() - timedelta(days=89))
    AdminConsentAttempt.objects.create(account=account, link=old, state="old", next_path="/")
    expire_attempts()
    assert ConsentLink.objects.count() == 1
    assert not AdminConsentAttempt.objects.exists()
