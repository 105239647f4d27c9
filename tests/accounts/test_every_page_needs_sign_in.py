"""Every address of the portal asks for a sign-in, unless it is listed here as one for everybody."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from tests.makers import make_account

# The route, and what a stranger gets there for a company that exists but has no single sign-on.
PUBLIC = {
    "healthz": 200,
    "readyz": 503,  # the tests have no Redis
    "api/v1/me": 401,
    "sign-in/": 200,
    "sign-in/<slug:vanity>/": 200,
    "password-reset/": 200,
    "password-reset/sent/": 200,
    "password-reset/<uidb64>/<token>/": 200,  # a page that says that the link no longer works
    "sign-out/": 405,  # a POST, after which everybody is a stranger
    "sso/": 200,
    "sso/<slug:vanity>/login/": 403,
    "sso/<slug:vanity>/acs/": 405,  # the identity provider's page posts there
    "sso/<slug:vanity>/finish/": 403,
    "sso/<slug:vanity>/metadata/": 200,
    "office365/callback/": 302,  # to the sign-in page, without the code in its address
}
PRIVATE = {
    "",
    "profile/",
    "profile/time-zone/",
    "meetings/",
    "meetings/status/",
    "contacts/",
    "office365/authorize/",
    "office365/approval/",
    "office365/outcome/<slug:reference>/",
}


def routes(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    """Every route below these patterns, whole."""
    for pattern in patterns:
        assert isinstance(pattern.pattern, RoutePattern)
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route


ALL = sorted(routes(get_resolver("portal.urls").url_patterns))


def address_of(route: str) -> str:
    """An address on this route."""
    made_up = {"<slug:vanity>": "contoso", "<slug:reference>": "7F3K-22XB", "<uidb64>": "MQ", "<token>": "made-up"}
    for parameter, value in made_up.items():
        route = route.replace(parameter, value)
    return f"/{route}"


def test_every_address_is_listed() -> None:
    assert set(ALL) == PUBLIC.keys() | PRIVATE
    assert not PUBLIC.keys() & PRIVATE


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
