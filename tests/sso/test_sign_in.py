"""People of a company sign in with its identity provider, and land where they wanted to be."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Constants

from accounts.models import Account, AuditAction, AuditEvent
from sso.models import AuthnRequest
from tests.makers import make_account, make_user
from tests.sandbox.running import Sandbox
from tests.sso.making import (
    PROTOCOL,
    answer_to,
    begin,
    deliver,
    is_signed_in,
    make_answer,
    make_company,
    metadata_file,
    post,
    resigned,
    sign_in,
)

pytestmark = pytest.mark.django_db


def test_ana_signs_in_for_the_first_time(client: Client, microsoft: Sandbox, tmp_path: Path) -> None:
    make_company(microsoft, tmp_path)
    stranger = client.get("/api/v1/me")
    assert (stranger.status_code, stranger.json()) == (401, {"error": "not_signed_in"})

    arrived = sign_in(client, microsoft)

    assert (arrived.status_code, arrived["Location"]) == (302, "/")
    me = client.get("/api/v1/me")
    assert me.status_code == 200
    assert me.json() == {
        "id": AuditEvent.objects.get(action=AuditAction.SIGNED_IN).actor_id,
        "email": "ana@contoso.example",
        "name": "Ana Lima",
        "account": {"vanity": "contoso", "name": "Contoso"},
    }


def test_two_commands_set_a_company_up(client: Client, microsoft: Sandbox, tmp_path: Path) -> None:
    call_command(
        "create_account", "contoso", name="Contoso", owner="dana@contoso.example", domain="contoso.example", verbosity=0
    )
    call_command("configure_idp", "contoso", metadata=metadata_file(microsoft, tmp_path), verbosity=0)

    sign_in(client, microsoft, "Dana Reyes")

    assert client.get("/api/v1/me").json()["email"] == "dana@contoso.example"
    assert Account.objects.get().users.get().role == "owner"


def test_a_sign_in_is_remembered_with_how_it_was_done(client: Client, microsoft: Sandbox, tmp_path: Path) -> None:
    make_company(microsoft, tmp_path)
    sign_in(client, microsoft)
    event = AuditEvent.objects.get(action=AuditAction.SIGNED_IN)
    assert event.actor_label.startswith("Ana Lima")
    assert (event.after, event.address) == ({"method": "sso"}, "127.0.0.1")


def test_the_answer_comes_without_cookies_and_signs_nobody_in_by_itself(
    client: Client, microsoft: Sandbox, tmp_path: Path
) -> None:
    make_company(microsoft, tmp_path)
    posted = post(make_answer(client, microsoft))
    assert posted.status_code == 302
    assert urlsplit(posted["Location"]).path == "/sso/contoso/finish/"
    assert not Session.objects.exists()
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    ("wanted", "arrived"),
    [
        (None, "/"),
        ("/contacts/?page=2", "/contacts/?page=2"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/contacts/\0", "/"),
    ],
)
def test_next_is_honoured_as_a_path_of_ours_only(
    client: Client, microsoft: Sandbox, tmp_path: Path, wanted: str | None, arrived: str
) -> None:
    make_company(microsoft, tmp_path)
    address = begin(client, next_path=wanted)
    assert deliver(client, answer_to(microsoft, address))["Location"] == arrived


def test_two_tabs_at_once_both_arrive(client: Client, microsoft: Sandbox, tmp_path: Path) -> None:
    make_company(microsoft, tmp_path)
    first, second = begin(client, next_path="/meetings/"), begin(client, next_path="/contacts/")
    answers = answer_to(microsoft, second), answer_to(microsoft, first)
    assert [deliver(client, answer)["Location"] for answer in answers] == ["/contacts/", "/meetings/"]
    assert is_signed_in(client)


def test_the_session_gets_a_new_key(client: Client, microsoft: Sandbox, tmp_path: Path) -> None:
    make_company(microsoft, tmp_path)
    planted = client.session.session_key
    sign_in(client, microsoft)
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != planted
    assert not Session.objects.filter(session_key=planted).exists()


def test_somebody_else_at_the_same_browser_inherits_nothing(client: Client, microsoft: Sandbox, tmp_path: Path) -> None:
    make_company(microsoft, tmp_path)
    sign_in(client, microsoft)
    session = client.session
    session["draft"] = "of Ana"
    session.save()

    sign_in(client, microsoft, "Bo Lindqvist")

    assert client.get("/api/v1/me").json()["name"] == "Bo Lindqvist"
    assert "draft" not in client.session


def test_what_the_provider_said_is_not_kept(client: Client, microsoft: Sandbox, tmp_path: Path) -> None:
    make_company(microsoft, tmp_path)
    sign_in(client, microsoft)
    request = AuthnRequest.objects.get()
    assert request.finished_at is not None
    assert request.answer == {}


def test_the_cookie_of_the_browser_is_for_sign_ins_only(client: Client, microsoft: Sandbox, tmp_path: Path) -> None:
    make_company(microsoft, tmp_path)
    begin(client)
    cookie = client.cookies["atrium_sso"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/sso/", True, "Lax")
    assert cookie["max-age"] == 15 * 60


def test_a_provider_may_sign_the_response_alone(client: Client, microsoft: Sandbox, tmp_path: Path) -> None:
    make_company(microsoft, tmp_path)
    answer = make_answer(client, microsoft)
    deliver(client, resigned(microsoft, answer, lambda _root: None, signed=f"{PROTOCOL}Response"))
    assert is_signed_in(client)


def test_a_provider_may_sign_both_and_name_people_by_their_mail(
    client: Client, microsoft: Sandbox, tmp_path: Path
) -> None:
    make_company(microsoft, tmp_path)
    options = {"sign_response": True, "name_id_format": "emailAddress"}
    microsoft.control("PUT", "/tenants/contoso.example/saml", options)
    sign_in(client, microsoft)
    assert is_signed_in(client)


@pytest.mark.parametrize("method", [Constants.RSA_SHA384, Constants.RSA_SHA512])
def test_a_provider_may_sign_more_strongly(client: Client, microsoft: Sandbox, tmp_path: Path, method: str) -> None:
    make_company(microsoft, tmp_path)
    deliver(client, resigned(microsoft, make_answer(client, microsoft), lambda _root: None, method=method))
    assert is_signed_in(client)


def test_the_sign_in_page_of_a_company_offers_its_identity_provider(
    client: Client, microsoft: Sandbox, tmp_path: Path
) -> None:
    make_company(microsoft, tmp_path)
    page = client.get("/sign-in/contoso/", {"next": "/contacts/"}).content.decode()
    assert 'href="/sso/contoso/login/?next=/contacts/"' in page


def test_nobody_is_asked_about_office_365_while_the_company_has_none(
    client: Client, microsoft: Sandbox, tmp_path: Path
) -> None:
    make_user(make_company(microsoft, tmp_path))
    assert sign_in(client, microsoft)["Location"] == "/"


@pytest.mark.parametrize("step", ["login/", "finish/", "metadata/", "acs/"])
def test_a_company_that_does_not_exist_is_not_found(client: Client, step: str) -> None:
    make_account()
    answer = client.post(f"/sso/fabrikam/{step}") if step == "acs/" else client.get(f"/sso/fabrikam/{step}")
    assert answer.status_code == 404
