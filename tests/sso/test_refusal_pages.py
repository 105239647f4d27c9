"""What a refused person reads, and where the page leads on to: only where that can help, and never in a circle."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import Client, RequestFactory

from accounts.models import Account, Role, User
from accounts.setting_definitions import PASSWORD_SIGN_IN
from accounts.tiered_settings import store
from accounts.tiered_settings.store import Change
from accounts.tiered_settings.writing import Action
from sso.advice import ADVICE
from sso.errors import Reason, SamlError
from sso.views.refusal import refuse
from tests.accounts.making_history import elements, text_of
from tests.makers import make_account, make_user
from tests.pages import Page
from tests.sso.making import make_assertion, make_provider

pytestmark = pytest.mark.django_db

AGAIN = "/sso/contoso/login/"
SIGN_IN = "/sign-in/contoso/"
HELPED_BY_STARTING_AGAIN = {
    Reason.IDP_REFUSED,
    Reason.UNSOLICITED,
    Reason.UNKNOWN_REQUEST,
    Reason.REPLAYED,
    Reason.EXPIRED,
    Reason.NOT_IN_TIME,
    Reason.WRONG_BROWSER,
}
REASONS = [reason for reason in Reason if reason is not Reason.CONFIRM_ADDRESS]


def refused(reason: Reason, user: User | None = None, **more: Any) -> HttpResponse:
    """The page that somebody meets at Contoso."""
    request = RequestFactory().get("/sso/contoso/finish/")
    request.user = user or AnonymousUser()
    return refuse(request, "contoso", SamlError(reason), **more)


def ways(page: HttpResponse | Page) -> list[str]:
    """Where its buttons lead."""
    return [str(link.get("href")) for link in elements(page.content, "//div[@class='actions']//a")]


def enforce(account: Account) -> None:
    """Nobody uses passwords any more."""
    store.apply(Change(account, PASSWORD_SIGN_IN.key, Action.SET, False), actor="a test")
    store.apply(Change(account, PASSWORD_SIGN_IN.key, Action.LOCK), actor="a test")


@pytest.mark.parametrize("reason", REASONS)
def test_starting_again_is_offered_where_it_can_end_differently_and_nowhere_else(reason: Reason) -> None:
    make_provider(make_account())
    page = refused(reason)
    assert page.status_code == 403
    assert (AGAIN in ways(page)) == (reason in HELPED_BY_STARTING_AGAIN)
    assert "Sign-in refused" not in text_of(page)


@pytest.mark.parametrize("reason", REASONS)
def test_where_single_sign_on_is_switched_off_nothing_leads_back_to_it(reason: Reason) -> None:
    make_provider(make_account(), is_enabled=False)
    assert set(ways(refused(reason))) <= {SIGN_IN}


@pytest.mark.parametrize("reason", REASONS)
def test_where_passwords_are_not_used_nothing_leads_to_them_but_for_owners(reason: Reason) -> None:
    enforce(make_provider(make_account()).account)
    expected = [f"{SIGN_IN}?emergency=1"] if reason is Reason.OWNER_NOT_VOUCHED else []
    assert [href for href in ways(refused(reason)) if href != AGAIN] == expected


def test_a_provider_that_is_switched_off_leads_to_a_page_without_single_sign_on(client: Client) -> None:
    make_provider(make_account(), is_enabled=False)
    page = client.get(AGAIN)
    assert page.status_code == 403
    assert "Single sign-on is switched off" in text_of(page)
    assert ways(page) == [SIGN_IN]
    next_page = client.get(SIGN_IN)
    assert AGAIN not in next_page.content.decode()
    assert "With e-mail and password." in text_of(next_page)


def test_a_setup_that_is_not_complete_is_not_called_switched_off(client: Client) -> None:
    make_provider(make_account(), sign_requests=True)
    page = client.get(AGAIN)
    assert "is not set up completely" in text_of(page)
    assert ways(page) == [SIGN_IN]


def test_reasons_that_help_a_forger_look_alike() -> None:
    make_provider(make_account())
    secret = [reason for reason in REASONS if reason not in ADVICE]
    assert {Reason.BAD_SIGNATURE, Reason.WRONG_AUDIENCE, Reason.UNSIGNED, Reason.MALFORMED} <= set(secret)
    said = {text_of(refused(reason)).split("Reference")[0] for reason in secret}
    assert len(said) == 1


def test_a_verified_answer_says_as_whom_they_came() -> None:
    make_provider(make_account())
    page = refused(Reason.FOREIGN_DOMAIN, assertion=make_assertion(mail="<b>@elsewhere.example"))
    assert "says that you are <b>@elsewhere.example" in text_of(page)
    assert b"<b>@" not in page.content


def test_somebody_who_is_signed_in_already_goes_on_working() -> None:
    account = make_provider(make_account()).account
    page = refused(Reason.REPLAYED, make_user(account))
    assert ways(page) == ["/"]


def test_an_admin_finds_the_reason_at_once() -> None:
    account = make_provider(make_account()).account
    dana = make_user(account, "dana", role=Role.ADMIN)
    _home, log = ways(refused(Reason.WRONG_BROWSER, dana))
    client = Client()
    client.force_login(dana)
    assert "Another browser" in text_of(client.get(log))
    elsewhere = make_user(make_account("fabrikam"), role=Role.OWNER)
    assert ways(refused(Reason.WRONG_BROWSER, elsewhere)) == ["/"]
