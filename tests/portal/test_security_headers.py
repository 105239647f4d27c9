"""What every page tells the browser to refuse."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from lxml import html

from tests.makers import PASSWORD, make_account, make_attempt, make_user
from tests.pages import Page

pytestmark = pytest.mark.django_db

FOR_EVERYBODY = ["/sign-in/", "/sign-in/contoso/", "/sso/", "/sso/contoso/login/", "/nowhere/"]
FOR_ANA = ["/meetings/", "/contacts/", "/profile/", "/office365/approval/", "/nowhere/"]


def make_client(address: str) -> Client:
    """A browser that may open this address."""
    client = Client()
    ana = make_user(make_account())
    if address in FOR_ANA:
        client.force_login(ana)
        make_attempt(ana)  # without one there is nothing to explain about approval
    return client


def policy(answer: Page) -> dict[str, list[str]]:
    """The directives of the Content-Security-Policy."""
    directives = (part.split() for part in answer["Content-Security-Policy"].split(";") if part.strip())
    return {name: values for name, *values in directives}


@pytest.mark.parametrize("address", sorted({*FOR_EVERYBODY, *FOR_ANA}))
def test_nothing_runs_that_is_not_ours(address: str) -> None:
    directives = policy(make_client(address).get(address))
    assert directives["default-src"] == ["'none'"]
    assert directives["script-src"] == directives["style-src"] == directives["connect-src"] == ["'self'"]
    assert directives["form-action"] == ["'self'"]
    assert directives["frame-ancestors"] == directives["base-uri"] == ["'none'"]
    assert not [value for values in directives.values() for value in values if "unsafe" in value or "*" in value]


@pytest.mark.parametrize("address", sorted({*FOR_EVERYBODY, *FOR_ANA}))
def test_nothing_in_a_page_needs_more(address: str) -> None:
    root: Any = html.fromstring(make_client(address).get(address).content)
    assert root.xpath("//script[not(@src)] | //style | //*[@style]") == []
    assert root.xpath("//@*[starts-with(name(), 'on') or starts-with(name(), 'hx-on')]") == []
    sources = [str(source) for source in root.xpath("//script/@src | //link/@href | //img/@src")]
    assert sources
    assert [source for source in sources if not re.match(r"/static/|data:", source)] == []


@pytest.mark.parametrize("address", sorted({*FOR_EVERYBODY, *FOR_ANA}))
def test_nothing_is_guessed_framed_or_told_to_others(address: str) -> None:
    answer = make_client(address).get(address)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


def test_the_session_is_out_of_reach_of_scripts_and_other_sites(client: Client) -> None:
    make_user(make_account())
    answer = client.post("/sign-in/", {"username": "ana@contoso.example", "password": PASSWORD})
    cookie = answer.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"] is True
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert not cookie["domain"]


PRINT = """
import json
from portal import settings
names = ["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS", "DEBUG"]
print(json.dumps([getattr(settings, name) for name in names]))
"""


@pytest.mark.parametrize(
    ("url", "values"),
    [
        ("https://portal.example", [True, True, 365 * 24 * 3600, False]),
        ("http://localhost:8000", [False, False, 0, False]),
    ],
)
def test_cookies_travel_by_https_only_where_there_is_https(url: str, values: list[object]) -> None:
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", PRINT],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PORTAL_URL": url, "SECRET_KEY": "for this test"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert json.loads(done.stdout) == values
