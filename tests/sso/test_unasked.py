"""Answers that nobody asked for are refused, unless the account lets sign-ins begin at the identity provider."""

from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from django.test import Client

from sso.errors import Reason
from sso.models import IdentityProvider, SamlSession, SignInAttempt
from tests.pages import Page
from tests.sandbox.browser import Browser
from tests.sandbox.running import PORTAL, Sandbox
from tests.sso.making import (
    FORM,
    Answer,
    answer_to,
    assert_nobody,
    assert_refused,
    begin,
    deliver,
    is_signed_in,
    make_company,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _contoso(microsoft: Sandbox, tmp_path: Path) -> None:
    make_company(microsoft, tmp_path)


def allow() -> None:
    """The account switches it on."""
    IdentityProvider.objects.update(allows_idp_initiated=True)


def make_unasked(microsoft: Sandbox, relay_state: str = "") -> tuple[Answer, str]:
    """What the tile on the identity provider's start page leads to: the answer, and its RelayState."""
    query = {
        "audience": f"{PORTAL}/sso/contoso/metadata/",
        "acs": f"{PORTAL}/sso/contoso/acs/",
        **({"RelayState": relay_state} if relay_state else {}),
    }
    with Browser(microsoft.http) as visitor:
        page = visitor.open(f"{microsoft.http}/saml/contoso.example/initiate?{urlencode(query)}").press("Ana Lima")
        action, fields = page.form()
    return Answer(urlsplit(action).path, fields["SAMLResponse"]), fields.get("RelayState", "")


def bring(person: Client, answer: Answer, relay_state: str = "") -> Page:
    """The identity provider's page posts it in the person's browser, which keeps its Lax cookies to itself."""
    stranger = Client()
    posted = stranger.post(
        answer.acs, urlencode({"SAMLResponse": answer.message, "RelayState": relay_state}), content_type=FORM
    )
    if posted.status_code != 302:
        return posted
    person.cookies.update(stranger.cookies)
    return person.get(posted["Location"])


def test_they_are_refused_as_long_as_nobody_allows_them(client: Client, microsoft: Sandbox) -> None:
    answer, _ = make_unasked(microsoft)
    assert_refused(bring(client, answer), Reason.UNSOLICITED)
    assert_nobody(client)


def test_allowed_they_sign_in(client: Client, microsoft: Sandbox) -> None:
    allow()
    answer, _ = make_unasked(microsoft)
    assert bring(client, answer)["Location"] == "/"
    assert is_signed_in(client)
    assert SamlSession.objects.get().user.email == "ana@contoso.example"
    assert SignInAttempt.objects.get().reason == ""


@pytest.mark.parametrize(
    ("wanted", "arrived"),
    [
        ("/contacts/?page=2", "/contacts/?page=2"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("/contacts/\0", "/"),
        ("javascript:alert(1)", "/"),
        ("/" + "x" * 3000, "/"),
    ],
)
def test_relay_state_leads_to_paths_of_ours_only(client: Client, microsoft: Sandbox, wanted: str, arrived: str) -> None:
    allow()
    answer, _ = make_unasked(microsoft)
    assert bring(client, answer, wanted)["Location"] == arrived


def test_the_assertion_counts_once(client: Client, microsoft: Sandbox) -> None:
    allow()
    answer, _ = make_unasked(microsoft)
    bring(client, answer)
    assert_refused(bring(Client(), answer), Reason.REPLAYED)


def test_it_finishes_in_the_browser_that_brought_it(client: Client, microsoft: Sandbox) -> None:
    allow()
    answer, _ = make_unasked(microsoft)
    posted = client.post(answer.acs, {"SAMLResponse": answer.message})
    cookie = posted.cookies["atrium_sso_unasked"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/sso/", True, "Lax")
    other = Client()
    begin(other)
    assert_refused(other.get(posted["Location"]), Reason.WRONG_BROWSER)
    client.get(posted["Location"])
    assert is_signed_in(client)


def test_a_sign_in_under_way_in_another_tab_still_arrives(client: Client, microsoft: Sandbox) -> None:
    allow()
    address = begin(client, next_path="/meetings/")
    answer, _ = make_unasked(microsoft)
    bring(client, answer)
    assert deliver(client, answer_to(microsoft, address))["Location"] == "/meetings/"


def test_asked_for_the_relay_state_of_the_answer_says_nothing(client: Client, microsoft: Sandbox) -> None:
    answer = answer_to(microsoft, begin(client, next_path="/meetings/"))
    stranger = Client()
    body = urlencode({"SAMLResponse": answer.message, "RelayState": "/contacts/"})
    posted = stranger.post(answer.acs, body, content_type=FORM)
    assert client.get(posted["Location"])["Location"] == "/meetings/"
