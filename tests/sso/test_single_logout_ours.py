"""Somebody signs out here who came by SSO: our session ends first, then the identity provider's."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client, RequestFactory

from accounts.models import AuditAction, AuditEvent, User
from sso import single_logout
from sso.errors import Reason
from sso.models import Binding, IdentityProvider, LogoutRequest, SamlSession, ServiceProviderKey, SignInAttempt
from sso.tasks import forget_leftovers
from tests.accounts.making_history import elements, signed_in, text_of
from tests.makers import make_account, make_user
from tests.pages import Page
from tests.sso.making import make_assertion, make_provider
from tests.sso.making_logouts import DENIED, LOGOUT, Idp, is_signed_in, make_browser, make_idp, sent, sign_out, stranger

pytestmark = pytest.mark.django_db


def make_ana() -> User:
    """Ana at Contoso."""
    return make_user(make_account())


def leave(client: Client) -> Any:
    """Sign out and follow the hop; the request that the identity provider gets."""
    hop = sign_out(client)
    assert hop["Location"].startswith("/sso/contoso/leave/")
    assert not is_signed_in(client)
    address = onward(client.get(hop["Location"]))
    assert address.startswith("https://contoso.example/slo?SAMLRequest=")
    return sent(address, "SAMLRequest")


def onward(page: Page) -> str:
    """Where the page goes on to. It is no redirect: our policy would not let the form that led here end there."""
    assert page.status_code == 200
    (refresh,) = elements(page.content, "//meta[@http-equiv='refresh']")
    (link,) = elements(page.content, "//main//a[text()='Continue']")
    assert refresh.get("content") == f"0; url={link.get('href')}"
    return str(link.get("href"))


def test_both_end_and_the_sign_in_page_says_so() -> None:
    ana = make_ana()
    idp = make_idp(ana.account)
    client = make_browser(ana)
    asked = leave(client)
    assert asked.findtext("{*}NameID") == "id-of-ana"
    assert asked.findtext("{*}SessionIndex") == "index-1"
    event = AuditEvent.objects.get(action=AuditAction.SINGLE_LOGOUT)
    assert (event.actor, event.after) == (ana, {"begun_by": "person"})
    page = client.get(f"{LOGOUT}?{idp.query(idp.answers(asked.get('ID')))}", follow=True)
    assert page.redirect_chain == [("/sign-in/contoso/", 302)]
    assert "You are signed out of Atrium and of your company's single sign-on." in text_of(page)


def test_the_identity_provider_may_say_no() -> None:
    ana = make_ana()
    idp = make_idp(ana.account)
    client = make_browser(ana)
    asked = leave(client)
    page = client.get(f"{LOGOUT}?{idp.query(idp.answers(asked.get('ID'), DENIED))}", follow=True)
    assert "your company's single sign-on did not sign you out" in text_of(page)


def test_an_answer_by_post_comes_without_cookies() -> None:
    ana = make_ana()
    idp = make_idp(ana.account)
    asked = leave(make_browser(ana))
    answer = stranger().post(LOGOUT, idp.form(idp.answers(asked.get("ID"))))
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/contoso/")


def test_by_the_post_binding_a_page_sends_the_request() -> None:
    ana = make_ana()
    make_idp(ana.account, offers=Binding.POST)
    client = make_browser(ana)
    page = client.get(sign_out(client)["Location"])
    (form,) = elements(page.content, "//form[@id='post-form']")
    assert form.get("action") == "https://contoso.example/slo"
    assert [field.get("name") for field in form.xpath(".//input")] == ["SAMLRequest"]
    assert "form-action 'self' https:" in page["Content-Security-Policy"]
    assert LogoutRequest.objects.count() == 1


def without_logout(idp: Idp) -> None:
    IdentityProvider.objects.update(slo_url="")


def switched_off(idp: Idp) -> None:
    IdentityProvider.objects.update(is_enabled=False)


def replaced(idp: Idp) -> None:
    IdentityProvider.objects.update(entity_id="https://another.example/idp")


def without_a_key(idp: Idp) -> None:
    ServiceProviderKey.objects.all().delete()


@pytest.mark.parametrize("change", [without_logout, switched_off, replaced, without_a_key])
def test_where_it_is_not_offered_the_words_are_true(change: Any) -> None:
    ana = make_ana()
    idp = make_idp(ana.account)
    client = make_browser(ana)
    change(idp)
    page = client.post("/sign-out/", follow=True)
    assert "Your company's single sign-on may still know you" in text_of(page)
    assert not is_signed_in(client)


def test_with_a_password_nobody_is_sent_anywhere() -> None:
    ana = make_ana()
    make_idp(ana.account)
    assert sign_out(signed_in(ana))["Location"] == "/sign-in/"


def test_the_hop_works_once_and_for_minutes() -> None:
    ana = make_ana()
    make_idp(ana.account)
    client = make_browser(ana)
    hop = sign_out(client)["Location"]
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=6)):
        assert client.get(hop)["Location"] == "/sign-in/contoso/"
    assert onward(client.get(hop)).startswith("https://contoso.example/slo")
    again = client.get(hop, follow=True)
    assert again.redirect_chain == [("/sign-in/contoso/", 302)]
    assert "You are signed out of Atrium" in text_of(again)


def test_the_hop_names_nobody_and_cannot_be_made_up() -> None:
    ana = make_ana()
    make_idp(ana.account)
    make_account("fabrikam")
    client = make_browser(ana)
    hop = sign_out(client)["Location"]
    assert "ana" not in urlsplit(hop).path.lower().replace("/sso/contoso/", "")
    for path in (hop[:-2] + "x/", "/sso/contoso/leave/1/", hop.replace("contoso", "fabrikam")):
        assert client.get(path)["Location"].startswith("/sign-in/")
    assert LogoutRequest.objects.count() == 0


@pytest.mark.parametrize("name", ["replayed", "late", "unasked", "unsigned", "of another company"])
def test_answers_that_are_not_accepted(name: str) -> None:
    ana = make_ana()
    idp = make_idp(ana.account)
    asked = leave(make_browser(ana)).get("ID")
    query, reason = idp.query(idp.answers(asked)), Reason.REPLAYED
    if name == "replayed":
        assert stranger().get(f"{LOGOUT}?{query}").status_code == 302
    elif name == "late":
        LogoutRequest.objects.update(created_at=datetime.now(UTC) - timedelta(minutes=16))
        reason = Reason.EXPIRED
    elif name == "unasked":
        query, reason = idp.query(idp.answers("_another")), Reason.UNKNOWN_REQUEST
    elif name == "unsigned":
        query, reason = idp.query(idp.answers(asked), signed=False), Reason.UNSIGNED
    else:
        fabrikam = make_idp(make_account("fabrikam"))
        destination = "http://localhost:8000/sso/contoso/logout/"
        query, reason = fabrikam.query(fabrikam.answers(asked, Destination=destination)), Reason.BAD_SIGNATURE
    answer = stranger().get(f"{LOGOUT}?{query}")
    assert answer.status_code == 403
    assert SignInAttempt.objects.get().reason == reason


def test_a_session_is_remembered_and_replaced_when_it_signs_in_again() -> None:
    ana = make_ana()
    provider = make_provider(ana.account)
    request = RequestFactory().get("/")
    request.session = SessionStore()
    request.session.create()
    bo = make_user(ana.account, "bo")
    single_logout.remember(request, ana, make_assertion(), provider)
    single_logout.remember(request, bo, make_assertion("id-of-bo"), provider)
    row = SamlSession.objects.get()
    assert (row.user, row.name_id, row.issuer) == (bo, "id-of-bo", provider.entity_id)
    assert row.session_key == request.session.session_key
    forget_leftovers()
    assert SamlSession.objects.count() == 1
    request.session.flush()
    forget_leftovers()
    assert SamlSession.objects.count() == 1, "it may be one whose session is just being written"
    SamlSession.objects.update(created_at=datetime.now(UTC) - timedelta(minutes=6))
    forget_leftovers()
    assert SamlSession.objects.count() == 0
