"""A forgotten password: a mail to whoever has one, a link that works once, and nothing told to anyone else."""

import re

import pytest
from django.core import mail
from django.test import Client

from accounts.models import AuditEvent, User
from tests.makers import PASSWORD, make_account, make_user
from tests.pages import Page

pytestmark = pytest.mark.django_db

NEW = "four quiet green rivers"


def ask(client: Client, email: str) -> Page:
    return client.post("/password-reset/", {"email": email}, follow=True)


def link() -> str:
    """The path of the link in the last mail."""
    found = re.search(r"http://localhost:8000(/password-reset/\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def choose(client: Client, path: str, password: str = NEW) -> Page:
    """Open the link, and choose."""
    form = client.get(path, follow=True)
    return client.post(form.redirect_chain[-1][0], {"new_password1": password, "new_password2": password})


def can_sign_in(password: str) -> bool:
    answer = Client().post("/sign-in/", {"username": "ana@contoso.example", "password": password})
    return answer.status_code == 302


def test_a_new_password_by_mail(client: Client) -> None:
    ana = make_user(make_account())
    assert "Look into your mailbox" in ask(client, "Ana@contoso.example").content.decode()
    assert mail.outbox[-1].to == ["ana@contoso.example"]
    assert "for Contoso in Atrium" in mail.outbox[-1].body
    assert choose(client, link())["Location"] == "/sign-in/"
    assert can_sign_in(NEW)
    assert not can_sign_in(PASSWORD)
    event = AuditEvent.objects.get(action="user.password_reset")
    assert event.target_id == ana.pk


def test_the_link_works_once(client: Client) -> None:
    make_user(make_account())
    ask(client, "ana@contoso.example")
    choose(client, link())
    assert "This link no longer works" in Client().get(link(), follow=True).content.decode()


def test_other_sessions_end_with_the_old_password(client: Client) -> None:
    ana = make_user(make_account())
    elsewhere = Client()
    elsewhere.force_login(ana)
    ask(client, ana.email)
    choose(client, link())
    assert elsewhere.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize("email", ["nobody@contoso.example", "sso-only@contoso.example", "gone@contoso.example"])
def test_whoever_has_no_password_gets_no_mail_and_the_same_answer(client: Client, email: str) -> None:
    account = make_account()
    User.objects.create_user(account, "sso-only@contoso.example", name="Bo")
    make_user(account, "gone", is_active=False)
    assert "Look into your mailbox" in ask(client, email).content.decode()
    assert mail.outbox == []


def test_one_mail_for_each_company_that_knows_the_address(client: Client) -> None:
    for vanity in ("contoso", "fabrikam"):
        make_user(make_account(vanity), email="ana@contoso.example")
    ask(client, "ana@contoso.example")
    assert ["Contoso" in message.body for message in mail.outbox] in ([True, False], [False, True])


@pytest.mark.parametrize("weak", ["short", "ana@contoso.example"])
def test_a_weak_password_is_refused_with_the_reason(client: Client, weak: str) -> None:
    make_user(make_account())
    ask(client, "ana@contoso.example")
    answer = choose(client, link(), weak)
    assert answer.status_code == 200
    assert "field-error" in answer.content.decode()
    assert can_sign_in(PASSWORD)


def test_an_address_that_is_none_is_said(client: Client) -> None:
    assert "Enter a valid email address." in ask(client, "ana").content.decode()


def test_a_stranger_fills_nobodys_mailbox(client: Client) -> None:
    make_user(make_account())
    for _time in range(5):
        assert client.post("/password-reset/", {"email": "ana@contoso.example"}).status_code == 302
    assert len(mail.outbox) == 1
