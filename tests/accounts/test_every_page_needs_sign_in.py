"""Every address of the portal asks for a sign-in, unless it is listed here as one for everybody."""

import re

import pytest
from django.test import Client

from tests.accounts.access import ALL_ROUTES, PRIVATE, PUBLIC
from tests.makers import make_account

MADE_UP = {
    "<slug:vanity>": "contoso",
    "<slug:reference>": "7F3K-22XB",
    "<uidb64>": "MQ",
    "<token>": "made-up",
    "<str:token>": "made-up",
    "<str:ticket>": "made-up",
    "<str:signed>": "made-up",
    "<slug:change>": "generate",
    "<slug:tab>": "meetings",
    "<slug:slug>": "okta-federation",
    "<str:key>": "office365.ask",
    "<slug:action>": "set",
}


def address_of(route: str) -> str:
    """An address on this route."""
    for parameter, value in MADE_UP.items():
        route = route.replace(parameter, value)
    return "/" + re.sub("<int:[a-z_]+>", "1", route)


def test_every_address_is_listed() -> None:
    assert set(ALL_ROUTES) == PUBLIC.keys() | PRIVATE.keys()
    assert not PUBLIC.keys() & PRIVATE.keys()


@pytest.mark.django_db
@pytest.mark.parametrize("route", sorted(PRIVATE))
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_a_stranger_is_asked_to_sign_in(client: Client, route: str, method: str) -> None:
    make_account()
    answer = client.generic(method, address_of(route))
    assert (answer.status_code, answer["Location"]) == (302, f"/sign-in/?next={address_of(route)}")


@pytest.mark.django_db
@pytest.mark.parametrize("route", sorted(PUBLIC))
def test_a_stranger_may_open(client: Client, route: str) -> None:
    make_account()
    answer = client.get(address_of(route))
    assert answer.status_code == PUBLIC[route]
    assert not answer.headers.get("Location", "").startswith("/sign-in/?"), "nothing of the address is carried along"
