"""Somebody new: invited by mail or created without one; the mail's link works for two weeks, and once."""

import re
import smtplib
import threading
from collections.abc import Sequence
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts import directory
from accounts.models import AuditEvent, Role, SettingTier, SettingValue, User
from accounts.setting_definitions import PASSWORD_SIGN_IN
from accounts.users import invitations
from tests.accounts.making_people import invitation_link, make_group, make_owner, signed_in, text
from tests.makers import PASSWORD, make_account, make_user
from tests.pages import Page

pytestmark = pytest.mark.django_db

NEW = "four quiet green rivers"
LEE = {"email": "lee@contoso.example", "name": "Lee Park", "role": "member"}


class BrokenMail(BaseEmailBackend):
    """A mail server that takes nothing."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise smtplib.SMTPServerDisconnected(f"{len(email_messages)} lost")


@pytest.fixture
def dana() -> User:
    return make_owner()


def invite(dana: User, **changed: str) -> Page:
    return signed_in(dana).post("/users/invite/", LEE | changed, follow=True)


def choose(path: str, password: str = NEW) -> Page:
    return Client().post(path, {"new_password1": password, "new_password2": password}, follow=True)


def lee() -> User:
    return User.objects.get(email="lee@contoso.example")


def can_sign_in(password: str = NEW) -> bool:
    return Client().post("/sign-in/", {"username": "lee@contoso.example", "password": password}).status_code == 302


# From the form to the first sign-in


def test_invited_accepted_signed_in(dana: User) -> None:
    shown = text(invite(dana))
    assert "An invitation is on its way to lee@contoso.example." in shown
    assert "Invited" in shown
    assert mail.outbox[-1].to == ["lee@contoso.example"]
    assert mail.outbox[-1].subject == "You are invited to Contoso in Atrium"
    for words in ("Hello Lee,", "Dana Lima (dana@contoso.example)", "within 14 days", "http://localhost:8000/sso/"):
        assert words in mail.outbox[-1].body
    page = Client().get(invitation_link())
    assert "Welcome to Contoso" in text(page)
    answer = choose(invitation_link())
    assert answer.redirect_chain[-1][0] == "/sign-in/contoso/"
    assert "Your password is saved. Sign in as lee@contoso.example." in text(answer)
    assert can_sign_in()
    assert lee().invited_at is None


def test_what_the_audit_log_knows_of_it(dana: User) -> None:
    invite(dana)
    choose(invitation_link())
    events = AuditEvent.objects.filter(target_id=lee().pk, target_type="user").order_by("pk")
    assert [(event.action, event.actor_id) for event in events] == [
        ("user.created", dana.pk),
        ("user.invited", dana.pk),
        ("user.invitation_accepted", lee().pk),
    ]


def test_until_then_nobody_signs_in_as_them(dana: User) -> None:
    invite(dana)
    assert not lee().has_usable_password()
    assert not can_sign_in("")
    assert lee().invited_at is not None


def test_the_link_is_nobodys_to_keep(dana: User) -> None:
    invite(dana)
    assert "no-store" in Client().get(invitation_link())["Cache-Control"]


# The link


def test_the_link_works_once(dana: User) -> None:
    invite(dana)
    choose(invitation_link())
    answer = choose(invitation_link(), "another four quiet rivers")
    assert answer.status_code == 404
    assert "This invitation no longer works" in text(answer)
    assert can_sign_in()


def test_opening_it_does_not_use_it_up(dana: User) -> None:
    invite(dana)
    for _ in range(3):
        assert Client().get(invitation_link()).status_code == 200


@pytest.mark.parametrize(("days", "status"), [(13, 200), (15, 404)])
def test_the_link_works_for_two_weeks(dana: User, days: int, status: int) -> None:
    invite(dana)
    with time_machine.travel(timezone.now() + timedelta(days=days)):
        assert Client().get(invitation_link()).status_code == status


@pytest.mark.parametrize("token", ["x", "a:b:c", "%00", "ж", "x" * 5000])
def test_a_link_that_is_made_up(token: str) -> None:
    assert Client().get(f"/invitation/{token}/").status_code == 404
    assert Client().post(f"/invitation/{token}/", {}).status_code == 404


def test_a_link_with_another_signature(dana: User) -> None:
    invite(dana)
    body, stamp, signature = invitation_link().split("/")[2].split(":")
    assert Client().get(f"/invitation/{body}:{stamp}:{signature[::-1]}/").status_code == 404


def test_the_link_dies_when_they_are_deactivated(dana: User) -> None:
    invite(dana)
    signed_in(dana).post(f"/users/{lee().pk}/deactivate/")
    assert choose(invitation_link()).status_code == 404


def test_the_link_dies_when_they_came_in_another_way(dana: User) -> None:
    invite(dana)
    Client().force_login(lee())
    assert lee().invited_at is None
    assert AuditEvent.objects.get(action="user.invitation_accepted").after == {"method": "sign_in"}
    assert choose(invitation_link()).status_code == 404


def test_a_second_sign_in_is_no_second_acceptance(dana: User) -> None:
    invite(dana)
    for _ in range(2):
        Client().force_login(lee())
    assert AuditEvent.objects.filter(action="user.invitation_accepted").count() == 1


@pytest.mark.parametrize("weak", ["short", "lee@contoso.example", ""])
def test_a_weak_password_is_refused_with_the_reason(dana: User, weak: str) -> None:
    invite(dana)
    answer = choose(invitation_link(), weak)
    assert answer.status_code == 422
    assert "field-error" in answer.content.decode()
    assert lee().invited_at is not None


def test_in_the_browser_of_somebody_else_they_come_to_their_own_sign_in(dana: User) -> None:
    invite(dana)
    browser = signed_in(dana)
    answer = browser.post(invitation_link(), {"new_password1": NEW, "new_password2": NEW}, follow=True)
    assert answer.redirect_chain == [("/sign-in/contoso/", 302)]
    assert "Sign in as lee@contoso.example." in text(answer)
    assert browser.get("/users/").status_code == 302


# The mail


def test_the_mail_is_sent_again(dana: User) -> None:
    invite(dana)
    first = invitation_link()
    answer = signed_in(dana).post(f"/users/{lee().pk}/invitation/", follow=True)
    assert "An invitation is on its way" in text(answer)
    assert len(mail.outbox) == 2
    choose(invitation_link())
    assert choose(first, "another four quiet rivers").status_code == 404


def test_who_was_created_without_a_mail_gets_one_later(dana: User) -> None:
    signed_in(dana).post("/users/create/", LEE)
    assert "Send invitation" in text(signed_in(dana).get(f"/users/{lee().pk}/"))
    signed_in(dana).post(f"/users/{lee().pk}/invitation/")
    assert lee().invited_at is not None
    assert choose(invitation_link()).status_code == 200


@pytest.mark.parametrize("why", ["has a password", "is deactivated", "was here"])
def test_no_mail_to_whoever_needs_none(dana: User, why: str) -> None:
    ana = (
        make_user(dana.account, "ana")
        if why == "has a password"
        else directory.create_user(dana.account, "ana@contoso.example", name="Ana Lima", actor=dana)
    )
    User.objects.filter(pk=ana.pk).update(
        is_active=why != "is deactivated", last_login=timezone.now() if why == "was here" else None
    )
    assert "Send invitation" not in text(signed_in(dana).get(f"/users/{ana.pk}/"))
    answer = signed_in(dana).post(f"/users/{ana.pk}/invitation/", follow=True)
    assert "needs no invitation" in text(answer)
    assert mail.outbox == []
    assert User.objects.get(pk=ana.pk).invited_at is None


def test_a_mail_server_that_fails_loses_nobody(dana: User, settings: Settings) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.BrokenMail"
    shown = text(invite(dana))
    assert "Lee Park was created, but the mail could not be sent." in shown
    assert "Send invitation again" in shown
    assert lee().invited_at is not None
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    signed_in(dana).post(f"/users/{lee().pk}/invitation/")
    assert choose(invitation_link()).status_code == 200


def test_whose_invitations_may_be_sent_again(dana: User) -> None:
    invite(dana, role="owner")
    adi = signed_in(make_user(dana.account, "adi", role=Role.ADMIN))
    assert adi.post(f"/users/{lee().pk}/invitation/").status_code == 403
    una = signed_in(make_owner(make_account("fabrikam"), "una"))
    assert una.post(f"/users/{lee().pk}/invitation/").status_code == 404
    assert signed_in(dana).get(f"/users/{lee().pk}/invitation/").status_code == 405
    assert len(mail.outbox) == 1


# The form


def test_created_without_a_mail(dana: User) -> None:
    answer = signed_in(dana).post("/users/create/", LEE | {"email": " Lee@Contoso.example "}, follow=True)
    assert "Lee Park was created, without a mail." in text(answer)
    assert (lee().invited_at, lee().has_usable_password(), lee().role) == (None, False, "member")
    assert mail.outbox == []


@pytest.mark.parametrize("path", ["/users/invite/", "/users/create/"])
@pytest.mark.parametrize("spelling", ["ana@contoso.example", "ANA@Contoso.Example", "  ana@contoso.example "])
def test_an_email_that_somebody_has(dana: User, path: str, spelling: str) -> None:
    ana = make_user(dana.account, "ana")
    answer = signed_in(dana).post(path, {"email": spelling, "name": "Another Ana", "role": "admin"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Ana Lima has this e-mail already." in page
    assert f'href="/users/{ana.pk}/"' in page
    assert 'value="Another Ana"' in page
    assert spelling.strip() in page
    assert re.search(r'<input type="radio" name="role" value="admin"[^>]* checked', page)
    assert User.objects.count() == 2


def test_an_email_that_somebody_has_who_is_deactivated(dana: User) -> None:
    make_user(dana.account, "ana", is_active=False)
    assert "Ana Lima, who is deactivated, has this e-mail already." in text(invite(dana, email="ana@contoso.example"))


def test_an_email_of_another_account_is_free(dana: User) -> None:
    make_user(make_account("fabrikam"), "una", email="lee@contoso.example")
    invite(dana)
    assert User.objects.filter(email="lee@contoso.example").count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_admins_adding_the_same_person_at_once() -> None:
    """The second form finds nobody yet and waits for the first one; then it says the same as ever."""
    dana = make_owner()
    answers: list[Page] = []

    def add() -> None:
        answers.append(invite(dana))
        connection.close()

    with transaction.atomic():
        directory.create_user(dana.account, "lee@contoso.example", name="Faster Lee", actor=dana)
        other = threading.Thread(target=add)
        other.start()
        other.join(timeout=0.5)
        assert answers == []
    other.join()
    assert answers[0].status_code == 422
    assert "Faster Lee has this e-mail already." in text(answers[0])
    assert mail.outbox == []
    assert User.objects.filter(email="lee@contoso.example").count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", ""),
        ("email", "lee"),
        ("email", f"{'x' * 250}@contoso.example"),
        ("email", "lee@contoso.example\0"),
        ("name", ""),
        ("name", "x" * 201),
        ("role", ""),
        ("role", "king"),
    ],
)
def test_what_makes_no_person(dana: User, field: str, value: str) -> None:
    answer = invite(dana, **{field: value})
    assert answer.status_code == 422
    assert "field-error" in answer.content.decode()
    assert User.objects.count() == 1
    assert mail.outbox == []


def test_an_empty_form_is_refused(dana: User) -> None:
    assert signed_in(dana).post("/users/invite/").status_code == 422


def test_admins_invite_no_owners(dana: User) -> None:
    adi = make_user(dana.account, "adi", role=Role.ADMIN)
    assert 'value="owner"' not in signed_in(adi).get("/users/invite/").content.decode()
    assert invite(adi, role="owner").status_code == 403
    assert invite(adi, role="admin").status_code == 200
    assert lee().role == Role.ADMIN


def test_a_name_is_shown_as_it_is(dana: User) -> None:
    invite(dana, name="<b>Lee</b>")
    assert "&lt;b&gt;Lee&lt;/b&gt;" in signed_in(dana).get(f"/users/{lee().pk}/").content.decode()
    assert "Hello <b>Lee</b>," in mail.outbox[-1].body


def test_a_mail_that_could_not_be_sent_is_not_an_error_of_ours(dana: User, settings: Settings) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.BrokenMail"
    assert invitations.send(make_user(dana.account, "ana"), invited_by=dana) is False


def test_the_password_of_somebody_else_stays(dana: User) -> None:
    invite(dana)
    choose(invitation_link())
    assert User.objects.get(pk=dana.pk).check_password(PASSWORD)


# Groups


def test_into_groups_at_once(dana: User) -> None:
    sales, board, choir = (make_group(dana.account, name) for name in ("Sales", "Board", "Choir"))
    answer = signed_in(dana).post("/users/invite/", LEE | {"groups": [sales.pk, choir.pk]}, follow=True)
    assert "Choir" in text(answer)
    assert {group.name for group in lee().groups.all()} == {"Sales", "Choir"}
    assert AuditEvent.objects.filter(action="group.member_added", target_id=lee().pk).count() == 2
    assert not board.members.exists()


@pytest.mark.parametrize("choice", ["foreign", "abc", "\0", str(10**30)])
def test_a_group_that_there_is_not(dana: User, choice: str) -> None:
    make_group(dana.account, "Sales")
    elsewhere = make_group(make_account("fabrikam"), "Elsewhere")
    answer = signed_in(dana).post("/users/invite/", LEE | {"groups": [elsewhere.pk if choice == "foreign" else choice]})
    assert answer.status_code == 422
    assert "field-error" in answer.content.decode()
    assert 'value="Lee Park"' in answer.content.decode()
    assert User.objects.filter(email="lee@contoso.example").count() == 0


def test_too_many_groups_are_not_offered(dana: User) -> None:
    for number in range(51):
        make_group(dana.account, f"Group {number}")
    assert 'name="groups"' not in signed_in(dana).get("/users/invite/").content.decode()
    assert invite(dana).status_code == 200


# Where passwords are switched off


def switch_passwords_off(dana: User) -> None:
    """As somebody could who has set up single sign-on, which is another story."""
    SettingValue.objects.create(
        account=dana.account, tier=SettingTier.ACCOUNT, key=PASSWORD_SIGN_IN.key, value=False, set_by="a test"
    )


def test_without_passwords_the_mail_leads_to_single_sign_on(dana: User) -> None:
    switch_passwords_off(dana)
    invite(dana)
    body = str(mail.outbox[-1].body)
    assert "http://localhost:8000/sso/" in body
    assert "/invitation/" not in body


def test_a_link_from_before_chooses_no_password(dana: User) -> None:
    invite(dana)
    switch_passwords_off(dana)
    page = Client().get(invitation_link())
    assert 'href="/sso/contoso/login/"' in page.content.decode()
    choose(invitation_link())
    assert not lee().has_usable_password()
    assert lee().invited_at is not None
