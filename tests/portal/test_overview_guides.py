"""The guides: the account's own values and links, and nothing made up where they are not known."""

import re
import uuid

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import Account, Role
from portal.overview import entra
from portal.overview.guides import GUIDES, Guide
from tests.calendar_integration.making import EWS, set_integration
from tests.makers import CONTOSO_TENANT, make_account, make_service, make_user

pytestmark = pytest.mark.django_db

CLIENT_ID = "5b8a1f60-3c1e-4d0a-9f57-a7d0c0ffee01"
MICROSOFT = re.compile(r'href="(https://entra\.microsoft\.[^"]*)"')


def read(account: Account, slug: str) -> str:
    client = Client()
    client.force_login(make_user(account, "dana", role=Role.OWNER))
    page = client.get(f"/overview/guides/{slug}/")
    assert page.status_code == 200
    return page.content.decode()


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.slug)
def test_each_guide_names_who_does_it_where_to_check_and_what_it_follows(guide: Guide) -> None:
    text = read(make_account(), guide.slug)
    assert guide.who in text
    assert "about 30 minutes" in text
    assert f'href="{guide.check.url}"' in text
    for source in guide.sources:
        assert source.url.startswith("https://")
        assert f"({source.dated})" in text


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.slug)
def test_every_field_that_is_copied_has_a_name_of_its_own(guide: Guide) -> None:
    contoso = make_account()
    make_service(contoso)
    ids = re.findall(r' id="([^"]+)"', read(contoso, guide.slug))
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("slug", ["okta-federation", "ping-federation", "consent-this-app", "consent-all-apps"])
def test_links_lead_to_the_accounts_own_tenant(slug: str) -> None:
    contoso = make_account()
    make_service(contoso)
    links = MICROSOFT.findall(read(contoso, slug))
    assert links
    assert all(link.startswith(f"https://entra.microsoft.com/{CONTOSO_TENANT}/#view/") for link in links)


def test_without_a_tenant_the_links_name_none() -> None:
    links = MICROSOFT.findall(read(make_account(), "consent-this-app"))
    assert links == [f"https://entra.microsoft.com/#{entra.ENTERPRISE_APPS}"]


def test_the_application_is_named_by_the_id_it_has_at_microsoft(settings: Settings) -> None:
    settings.MS_CLIENT_ID = CLIENT_ID
    text = read(make_account(), "consent-this-app")
    assert f'value="{CLIENT_ID}"' in text
    assert "Calendars.Read" in text


def test_an_unproven_domain_is_not_put_into_commands() -> None:
    assert "-DomainId contoso.example" not in read(make_account(proven=False), "okta-federation")
    assert "-DomainId fabrikam.example" in read(make_account("fabrikam"), "okta-federation")


def test_the_exchange_server_that_was_chosen_is_named() -> None:
    contoso = make_account()
    set_integration(contoso, **EWS)
    text = read(contoso, "exchange-hybrid")
    assert 'value="https://mail.contoso.example/"' in text
    assert "Not supported: fully on-premises" in text


@pytest.mark.parametrize(
    ("host", "begin"),
    [
        ("https://login.microsoftonline.com", "https://entra.microsoft.com/"),
        ("https://login.microsoftonline.us", "https://entra.microsoft.us/"),
        ("https://127.0.0.1:8020", "https://entra.microsoft.com/"),
    ],
)
def test_each_cloud_has_its_admin_centre(settings: Settings, host: str, begin: str) -> None:
    settings.MS_AUTHORITY_HOST = host
    assert entra.address(uuid.UUID(int=1), entra.DOMAINS).startswith(begin)


def test_a_cloud_whose_admin_centre_is_not_known_gets_words_and_no_link(settings: Settings) -> None:
    settings.MS_AUTHORITY_HOST = "https://login.partner.microsoftonline.cn"
    text = read(make_account(), "consent-all-apps")
    assert not MICROSOFT.findall(text)
    assert "<b>Entra ID › Enterprise apps › Consent and permissions › User consent settings</b>" in text


def test_a_guide_that_does_not_exist_is_not_found() -> None:
    client = Client()
    client.force_login(make_user(make_account(), "dana", role=Role.OWNER))
    assert client.get("/overview/guides/google/").status_code == 404
