"""Where others call us: https, or this machine; anything else stops the portal from starting."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal import env

NAME = "NOTIFICATION_URL"


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("", ""),
        ("https://atrium.example", "https://atrium.example"),
        ("https://atrium.example:8443/", "https://atrium.example:8443"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
    ],
)
def test_an_address_that_microsoft_can_call_is_taken(monkeypatch: pytest.MonkeyPatch, given: str, taken: str) -> None:
    monkeypatch.setenv(NAME, given)
    assert env.public_url(NAME) == taken


@pytest.mark.parametrize("given", ["http://atrium.example", "atrium.example", "https://", "ftp://localhost", "yes"])
def test_any_other_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv(NAME, given)
    with pytest.raises(ImproperlyConfigured, match=NAME):
        env.public_url(NAME)


def test_unset_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NAME, raising=False)
    assert env.public_url(NAME) == ""
