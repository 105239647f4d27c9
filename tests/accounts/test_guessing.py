"""Guessing passwords: after ten wrong ones from one address, one e-mail waits; nobody else does."""

from datetime import timedelta

import pytest
import time_machine
from axes.models import AccessAttempt
from django.contrib.auth import login
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts.signing_in import sessions
from tests.makers import PASSWORD, make_account, make_user

pytestmark = pytest.mark.django_db


def attempt(email: str, password: str, address: str = "198.51.100.7") -> int:
    """A sign-in from this address; the status of the answer."""
    answer = Client(REMOTE_ADDR=address).post("/sign-in/", {"username": email, "password": password})
    return answer.status_code


def guess_ten_times() -> None:
    for number in range(10):
        attempt("ana@contoso.example", f"wrong {number}")


def test_after_ten_wrong_passwords_the_right_one_waits_as_well() -> None:
    make_user(make_account())
    guess_ten_times()
    assert attempt("ana@contoso.example", PASSWORD) == 429
    assert attempt(" Ana@Contoso.example", PASSWORD) == 429
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert attempt("ana@contoso.example", PASSWORD) == 302


def test_the_page_says_what_works_meanwhile() -> None:
    make_user(make_account())
    guess_ten_times()
    answer = Client(REMOTE_ADDR="198.51.100.7").post(
        "/sign-in/", {"username": "ana@contoso.example", "password": PASSWORD}
    )
    page = answer.content.decode()
    assert "Too many wrong passwords" in page
    assert "/password-reset/" in page


def test_others_and_other_places_are_not_held_up() -> None:
    account = make_account()
    make_user(account)
    make_user(account, "bo")
    guess_ten_times()
    assert attempt("bo@contoso.example", PASSWORD) == 302
    assert attempt("ana@contoso.example", PASSWORD, "203.0.113.5") == 302


def test_a_right_password_forgets_the_wrong_ones_before_it() -> None:
    make_user(make_account())
    for _ in range(2):
        for number in range(9):
            attempt("ana@contoso.example", f"wrong {number}")
        assert attempt("ana@contoso.example", PASSWORD) == 302


def test_single_sign_on_forgives_no_wrong_password() -> None:
    ana = make_user(make_account())
    stranger = Client()
    stranger.post("/sign-in/", {"username": ana.email, "password": "wrong"})
    request = RequestFactory().get("/")
    request.session = stranger.session
    sessions.say_method(request, sessions.SSO)
    login(request, ana, backend="accounts.password_sign_in.PasswordBackend")
    assert AccessAttempt.objects.count() == 1
