"""From an e-mail address to the company's identity provider, by a page of ours."""

from datetime import timedelta

import pytest
import time_machine
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone

from tests.accounts.making_history import text_of
from tests.makers import make_account, make_user
from tests.pages import Page
from tests.sso.making import make_provider

pytestmark = pytest.mark.django_db

HOP = '<meta http-equiv="refresh" content="0; url=/sso/contoso/login/?next={}">'
NOWHERE = "No company with single sign-on is known for this address."


def ask(email: str, *, next_path: str = "", address: str = "198.51.100.7") -> Page:
    """The form is sent from this address."""
    return Client(REMOTE_ADDR=address).post("/sso/", {"email": email, "next": next_path})


def onward(page: Page) -> str:
    """The page that follows."""
    assert page.status_code == 302, page.content
    return Client().get(page["Location"]).content.decode()


@pytest.mark.parametrize("address", ["ana@contoso.example", " Ana@Contoso.Example ", "ana@contoso.example\0"])
def test_an_address_leads_on_by_a_page_and_not_by_a_redirect(address: str) -> None:
    make_provider(make_account())
    asked = ask(address)
    assert asked["Location"] == "/sso/contoso/?next=%2F", "and the e-mail is not in it"
    text = onward(asked)
    assert HOP.format("%2F") in text, "a redirect of a form to another origin would be against our own policy"
    assert 'href="/sso/contoso/login/?next=%2F">Continue</a>' in text
    assert "On to Contoso" in text


def test_the_page_wanted_goes_along() -> None:
    make_provider(make_account())
    text = onward(ask("ana@contoso.example", next_path="/contacts/?q=a&page=2"))
    assert HOP.format("%2Fcontacts%2F%3Fq%3Da%26page%3D2") in text


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", '"><script>'])
def test_an_address_elsewhere_does_not_go_along(client: Client, elsewhere: str) -> None:
    make_provider(make_account())
    texts = [onward(ask("ana@contoso.example", next_path=elsewhere))]
    texts += [client.get("/sso/contoso/", {"next": elsewhere}).content.decode()]
    for text in texts:
        assert HOP.format("%2F") in text
        assert "evil" not in text
        assert "<script>" not in text


def test_without_an_address_it_asks_for_one(client: Client) -> None:
    page = client.get("/sso/", {"next": "/contacts/"})
    assert page.status_code == 200
    assert "Enter your work e-mail" in text_of(page)
    assert '<input type="hidden" name="next" value="/contacts/">' in page.content.decode()


def test_an_email_in_the_address_is_not_looked_at(client: Client) -> None:
    make_provider(make_account())
    page = client.get("/sso/", {"username": "ana@contoso.example", "email": "ana@contoso.example"})
    assert page.status_code == 200
    assert "contoso" not in text_of(page).lower()
    assert "ana@" not in page.content.decode()


def test_the_form_of_another_site_asks_nothing() -> None:
    make_provider(make_account())
    stranger = Client(enforce_csrf_checks=True)
    assert stranger.post("/sso/", {"email": "ana@contoso.example"}).status_code == 403


@pytest.mark.parametrize(
    "address", ["ana@evil.example", "ana", "contoso.example", "ana@", "@contoso.example", "", "@", "<b>@x.example"]
)
def test_an_address_nobody_knows(address: str) -> None:
    make_provider(make_account())
    page = ask(address)
    assert page.status_code == 422
    assert NOWHERE in text_of(page)
    assert f'value="{address.replace("<", "&lt;").replace(">", "&gt;")}"' in page.content.decode(), "nothing is lost"
    assert "<b>" not in page.content.decode()


def test_it_says_nothing_of_who_is_there() -> None:
    provider = make_provider(make_account())
    make_user(provider.account)
    known, unknown = ask("ana@contoso.example"), ask("nobody@contoso.example")
    assert known["Location"] == unknown["Location"]


def test_a_domain_that_is_not_proven_leads_nowhere() -> None:
    make_provider(make_account(proven=False))
    assert NOWHERE in text_of(ask("ana@contoso.example"))


@pytest.mark.parametrize("has_provider", [True, False])
def test_a_company_without_single_sign_on_is_not_found(client: Client, has_provider: bool) -> None:
    account = make_account()
    if has_provider:
        make_provider(account, is_enabled=False)
    assert NOWHERE in text_of(ask("ana@contoso.example"))
    assert client.get("/sso/contoso/").status_code == 404
    assert client.get("/sso/nowhere/").status_code == 404


def test_each_address_leads_to_its_own_company() -> None:
    make_provider(make_account())
    make_provider(make_account("fabrikam"))
    text = onward(ask("una@fabrikam.example"))
    assert "/sso/fabrikam/login/" in text
    assert "contoso" not in text


def miss(times: int, **fields: str) -> None:
    """So many e-mails that lead nowhere, each another one."""
    for number in range(times):
        ask(f"ana@company-{number}.example", **fields)


def test_whoever_tries_one_company_after_the_other_waits() -> None:
    make_provider(make_account())
    miss(9)
    assert ask("ana@contoso.example").status_code == 302
    miss(1)
    held_up = ask("ana@contoso.example")
    assert held_up.status_code == 429
    assert "Wait a quarter of an hour" in text_of(held_up)
    assert 'value="ana@contoso.example"' in held_up.content.decode()
    assert ask("ana@contoso.example", address="203.0.113.5").status_code == 302, "others do not wait"
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert ask("ana@contoso.example").status_code == 302


def test_addresses_that_lead_on_are_not_counted_and_passwords_are_counted_apart() -> None:
    make_provider(make_account())
    for _ in range(12):
        assert ask("ana@contoso.example").status_code == 302
    miss(12)
    wrong = Client(REMOTE_ADDR="198.51.100.7").post("/sign-in/", {"username": "ana@contoso.example", "password": "x"})
    assert wrong.status_code == 200


def test_nothing_that_was_typed_is_kept() -> None:
    miss(2)
    row = AccessAttempt.objects.get()
    assert "company-" not in f"{row.username} {row.get_data} {row.post_data} {row.path_info}"
