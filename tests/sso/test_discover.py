"""From an e-mail address to the company's identity provider, by a page of ours."""

import pytest
from django.test import Client

from sso.models import IdentityProvider
from tests.makers import make_account
from tests.sso.making import make_provider

pytestmark = pytest.mark.django_db

HOP = '<meta http-equiv="refresh" content="0; url=/sso/contoso/login/?next={}">'


def discover(client: Client, **query: str) -> tuple[int, str]:
    """The status and the page."""
    answer = client.get("/sso/", query)
    return answer.status_code, answer.content.decode()


@pytest.mark.parametrize("address", ["ana@contoso.example", " Ana@Contoso.Example ", "ana@contoso.example\0"])
def test_an_address_leads_on_by_a_page_and_not_by_a_redirect(client: Client, address: str) -> None:
    make_provider(make_account())
    status, text = discover(client, username=address)
    assert status == 200, "a redirect of a form to another origin would be against our own policy"
    assert HOP.format("%2F") in text
    assert 'href="/sso/contoso/login/?next=%2F">Continue</a>' in text
    assert "On to Contoso" in text


def test_the_page_wanted_goes_along(client: Client) -> None:
    make_provider(make_account())
    _, text = discover(client, username="ana@contoso.example", next="/contacts/?q=a&page=2")
    assert HOP.format("%2Fcontacts%2F%3Fq%3Da%26page%3D2") in text


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", '"><script>'])
def test_an_address_elsewhere_does_not_go_along(client: Client, elsewhere: str) -> None:
    make_provider(make_account())
    _, text = discover(client, username="ana@contoso.example", next=elsewhere)
    assert HOP.format("%2F") in text
    assert "evil" not in text
    assert "<script>" not in text


def test_without_an_address_it_asks_for_one(client: Client) -> None:
    status, text = discover(client, next="/contacts/")
    assert status == 200
    assert "Enter your work e-mail" in text
    assert '<input type="hidden" name="next" value="/contacts/">' in text


@pytest.mark.parametrize(
    "address", ["ana@evil.example", "ana", "contoso.example", "ana@", "ana\0", "@", "<b>@x.example"]
)
def test_an_address_nobody_knows(client: Client, address: str) -> None:
    make_provider(make_account())
    status, text = discover(client, username=address)
    assert status == 404
    assert "No company with single sign-on is known for" in text
    assert "http-equiv" not in text
    assert "<b>" not in text


def test_a_domain_that_is_not_proven_leads_nowhere(client: Client) -> None:
    make_provider(make_account(proven=False))
    assert discover(client, username="ana@contoso.example")[0] == 404


def test_a_company_without_single_sign_on_is_not_found(client: Client) -> None:
    make_provider(make_account())
    IdentityProvider.objects.update(is_enabled=False)
    assert discover(client, username="ana@contoso.example")[0] == 404


def test_each_address_leads_to_its_own_company(client: Client) -> None:
    make_provider(make_account())
    make_provider(make_account("fabrikam"))
    _, text = discover(client, username="una@fabrikam.example")
    assert "/sso/fabrikam/login/" in text
    assert "contoso" not in text
