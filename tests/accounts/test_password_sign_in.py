"""E-mail and password: for everyone at one address, or at a company's own."""

import pytest
from django.conf import settings
from django.test import Client
from lxml import html

from accounts.models import AuditAction, AuditEvent, User
from tests.makers import PASSWORD, make_account, make_user

pytestmark = pytest.mark.django_db

NO_MATCH = "That e-mail and password do not match."
WHICH_COMPANY = "You are known in several companies. Choose one and enter the password again."


def enter(
    client: Client, email: str, password: str = PASSWORD, address: str = "/sign-in/", **more: str
) -> tuple[int, str]:
    """Fill the form in and send it; the status, and where it leads or else the page."""
    answer = client.post(address, {"username": email, "password": password, **more})
    return answer.status_code, answer.headers.get("Location") or answer.content.decode()


def known_as(client: Client) -> str:
    """The e-mail and the company of whoever is signed in; nobody is nothing."""
    me = client.get("/api/v1/me").json()
    return f"{me['email']} {me['account']['vanity']}" if "email" in me else ""


@pytest.mark.parametrize("typed", ["ana@contoso.example", " Ana@Contoso.Example "])
def test_ana_signs_in(client: Client, typed: str) -> None:
    ana = make_user(make_account())
    assert enter(client, typed) == (302, "/")
    assert known_as(client) == "ana@contoso.example contoso"
    event = AuditEvent.objects.get(action=AuditAction.SIGNED_IN)
    assert (event.actor, event.account, event.after) == (ana, ana.account, {"method": "password"})


def test_the_session_gets_a_new_key(client: Client) -> None:
    make_user(make_account())
    planted = client.session.session_key
    enter(client, "ana@contoso.example")
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != planted


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ana@contoso.example", "wrong horse battery"),
        ("ana@contoso.example", PASSWORD.upper()),
        ("nobody@contoso.example", PASSWORD),
        ("ana@fabrikam.example", PASSWORD),
    ],
)
def test_what_does_not_match_is_said_alike_and_keeps_the_address(client: Client, email: str, password: str) -> None:
    make_user(make_account())
    status, text = enter(client, email, password)
    assert status == 200
    assert NO_MATCH in text
    assert f'value="{email}"' in text
    assert password not in text
    assert known_as(client) == ""


@pytest.mark.parametrize(("email", "password"), [("", PASSWORD), ("ana@contoso.example", ""), ("", "")])
def test_what_is_missing_is_asked_for(client: Client, email: str, password: str) -> None:
    make_user(make_account())
    status, text = enter(client, email, password)
    assert status == 200
    assert "This field is required." in text
    assert known_as(client) == ""


def test_somebody_deactivated_stays_out(client: Client) -> None:
    make_user(make_account(), is_active=False)
    status, text = enter(client, "ana@contoso.example")
    assert status == 200
    assert NO_MATCH in text
    assert known_as(client) == ""


def test_somebody_deactivated_meanwhile_is_out_at_once(client: Client) -> None:
    make_user(make_account())
    enter(client, "ana@contoso.example")
    User.objects.update(is_active=False)
    assert known_as(client) == ""


def test_somebody_without_a_password_has_none_that_fits(client: Client) -> None:
    User.objects.create_user(make_account(), "ana@contoso.example", name="Ana Lima")
    for guess in ("!", "None", PASSWORD):
        assert enter(client, "ana@contoso.example", guess)[0] == 200
    assert known_as(client) == ""


def make_consultant() -> None:
    """Kim works for two companies, under one address and with one password."""
    for vanity in ("contoso", "fabrikam"):
        make_user(make_account(vanity), "kim", email="kim@consult.example")


def test_somebody_in_two_companies_is_asked_which(client: Client) -> None:
    make_consultant()

    status, text = enter(client, "kim@consult.example")

    assert status == 200
    assert WHICH_COMPANY in text
    options = html.fromstring(text).xpath("//select[@name='vanity']/option/@value")
    assert options == ["contoso", "fabrikam"]
    assert known_as(client) == ""

    assert enter(client, "kim@consult.example", vanity="fabrikam") == (302, "/")
    assert known_as(client) == "kim@consult.example fabrikam"


def test_the_password_decides_where_the_two_differ(client: Client) -> None:
    make_consultant()
    at_fabrikam = User.objects.get(account__vanity="fabrikam")
    at_fabrikam.set_password("another horse battery")
    at_fabrikam.save()
    enter(client, "kim@consult.example")
    assert known_as(client) == "kim@consult.example contoso"


def test_nobody_is_told_where_somebody_works_without_their_password(client: Client) -> None:
    make_consultant()
    _, text = enter(client, "kim@consult.example", "wrong horse battery")
    assert NO_MATCH in text
    assert "Fabrikam" not in text


@pytest.mark.parametrize("vanity", ["northwind", "\0", "contoso' OR 1=1 --"])
def test_a_company_that_was_not_offered_lets_nobody_in(client: Client, vanity: str) -> None:
    make_consultant()
    status, _ = enter(client, "kim@consult.example", vanity=vanity)
    assert status == 200
    assert known_as(client) == ""


def test_at_a_companys_own_address_nobody_is_asked_which(client: Client) -> None:
    make_consultant()
    assert "Sign in to Fabrikam" in client.get("/sign-in/fabrikam/").content.decode()
    enter(client, "kim@consult.example", address="/sign-in/fabrikam/")
    assert known_as(client) == "kim@consult.example fabrikam"


def test_at_another_companys_address_nobody_gets_in(client: Client) -> None:
    make_user(make_account())
    make_account("fabrikam")
    for more in ({}, {"vanity": "contoso"}):
        status, text = enter(client, "ana@contoso.example", address="/sign-in/fabrikam/", **more)
        assert status == 200
        assert NO_MATCH in text
    assert known_as(client) == ""


def test_the_address_of_no_company_is_not_found(client: Client) -> None:
    make_user(make_account())
    assert client.get("/sign-in/northwind/").status_code == 404
    assert enter(client, "ana@contoso.example", address="/sign-in/northwind/")[0] == 404
    assert known_as(client) == ""


def test_whoever_wanted_a_page_gets_there(client: Client) -> None:
    make_user(make_account())
    asked = client.get("/contacts/?q=pia")
    assert asked["Location"] == "/sign-in/?next=/contacts/%3Fq%3Dpia"
    page = client.get(asked["Location"]).content.decode()
    assert '<input type="hidden" name="next" value="/contacts/?q=pia">' in page
    assert enter(client, "ana@contoso.example", next="/contacts/?q=pia") == (302, "/contacts/?q=pia")


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "/\t/evil.example"],
)
def test_nobody_is_sent_elsewhere(client: Client, elsewhere: str) -> None:
    make_user(make_account())
    assert "evil" not in client.get("/sign-in/", {"next": elsewhere}).content.decode()
    assert enter(client, "ana@contoso.example", next=elsewhere) == (302, "/")


@pytest.mark.parametrize("wanted", ["", "/contacts/", "/sign-in/"])
def test_whoever_is_signed_in_need_not_sign_in(client: Client, wanted: str) -> None:
    client.force_login(make_user(make_account()))
    answer = client.get("/sign-in/", {"next": wanted} if wanted else {})
    assert (answer.status_code, answer["Location"]) == (302, "/contacts/" if wanted == "/contacts/" else "/")


def test_signing_out(client: Client) -> None:
    make_user(make_account())
    enter(client, "ana@contoso.example")
    answer = client.post("/sign-out/")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/")
    assert known_as(client) == ""


def test_signing_out_twice_is_no_reason_to_sign_in(client: Client) -> None:
    answer = client.post("/sign-out/")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/")


def test_a_form_of_another_site_is_refused() -> None:
    make_user(make_account())
    strict = Client(enforce_csrf_checks=True)
    assert enter(strict, "ana@contoso.example")[0] == 403
    assert known_as(strict) == ""
