"""Behind a proxy, people have the address that the proxy names; without one, nobody is believed."""

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as some
from pytest_django.fixtures import Settings

from accounts.models import AuditEvent, SignInSession
from portal.proxy import last_address
from tests.makers import PASSWORD, make_account, make_user

PROXY = "10.0.0.1"


@pytest.mark.parametrize(
    ("header", "address"),
    [
        ("203.0.113.5", "203.0.113.5"),
        ("198.51.100.1, 203.0.113.5", "203.0.113.5"),
        ("203.0.113.5:4711", "203.0.113.5"),
        ("2001:db8::1", "2001:db8::1"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("203.0.113.5,", ""),
        ("fe80::1%eth0", ""),
        ("unknown", ""),
        ("", ""),
    ],
)
def test_the_last_address_is_the_proxys_word(header: str, address: str) -> None:
    assert last_address(header) == address


@given(some.text())
def test_any_header_can_be_read(header: str) -> None:
    assert "%" not in last_address(header)


def address_of_sign_in(forwarded_for: str) -> str | None:
    """From where Ana signs in through the proxy, as it is kept."""
    ana = make_user(make_account())
    client = Client(REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_FOR=forwarded_for)
    client.post("/sign-in/", {"username": ana.email, "password": PASSWORD})
    session, event = SignInSession.objects.get(), AuditEvent.objects.get()
    assert session.address == event.address
    return event.address


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("header", "address"), [("198.51.100.1, 203.0.113.5", "203.0.113.5"), ("nonsense", PROXY), ("", PROXY)]
)
def test_behind_a_proxy_it_counts(settings: Settings, header: str, address: str) -> None:
    settings.BEHIND_PROXY = True
    assert address_of_sign_in(header) == address


@pytest.mark.django_db
def test_without_one_it_is_anybodys_claim(settings: Settings) -> None:
    settings.BEHIND_PROXY = False
    assert address_of_sign_in("203.0.113.5") == PROXY


@pytest.mark.django_db
def test_guessing_is_counted_by_the_persons_address(settings: Settings) -> None:
    settings.BEHIND_PROXY = True
    ana = make_user(make_account())

    def attempt(address: str, password: str) -> int:
        client = Client(REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_FOR=address)
        return client.post("/sign-in/", {"username": ana.email, "password": password}).status_code

    for _ in range(10):
        attempt("203.0.113.5", "wrong")
    assert attempt("203.0.113.5", PASSWORD) == 429
    assert attempt("203.0.113.6", PASSWORD) == 302
