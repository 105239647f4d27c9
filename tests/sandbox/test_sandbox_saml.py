"""The identity provider, as the library that the portal verifies with sees it."""

import base64
from typing import Any
from urllib.parse import urlsplit

import pytest
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser

from tests.sandbox.browser import Browser
from tests.sandbox.running import PORTAL, Sandbox

ACS = f"{PORTAL}/sso/contoso/acs/"
SP_ENTITY = f"{PORTAL}/sso/contoso/metadata/"
UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
OBJECT_ID = "http://schemas.microsoft.com/identity/claims/objectidentifier"


def make_service_provider(
    sandbox: Sandbox, post: dict[str, str] | None = None, name_id: str = UNSPECIFIED
) -> OneLogin_Saml2_Auth:
    metadata = sandbox.client.get(f"{sandbox.http}/saml/contoso.example/metadata").text
    settings = OneLogin_Saml2_IdPMetadataParser.parse(metadata)
    settings |= {
        "strict": True,
        "sp": {"entityId": SP_ENTITY, "assertionConsumerService": {"url": ACS}, "NameIDFormat": name_id},
        "security": {"wantAssertionsSigned": True, "rejectDeprecatedAlgorithm": True},
    }
    parts = urlsplit(ACS)
    request: dict[str, Any] = {
        "http_host": parts.netloc,
        "script_name": parts.path,
        "https": "off",
        "get_data": {},
        "post_data": post or {},
    }
    return OneLogin_Saml2_Auth(request, old_settings=settings)


def sign_in(sandbox: Sandbox, visitor: Browser, name: str = "Ana Lima", **login: bool) -> OneLogin_Saml2_Auth:
    """Sign-in up to the point where the service provider has judged the response."""
    asking = make_service_provider(sandbox)
    visitor.open(asking.login(return_to="/meetings/", **login))
    if name in visitor.text and "Continue</button>" not in visitor.text:
        visitor.press(name)
    action, fields = visitor.form()
    assert action == ACS
    answering = make_service_provider(sandbox, fields)
    answering.process_response(request_id=asking.get_last_request_id())
    return answering


def test_a_response_is_accepted_and_says_who_it_is(sandbox: Sandbox, visitor: Browser) -> None:
    accepted = sign_in(sandbox, visitor)

    assert accepted.get_errors() == [], accepted.get_last_error_reason()
    ana = sandbox.people()["ana@contoso.example"]
    assert accepted.get_nameid() == ana["oid"]
    assert accepted.get_nameid_format().endswith(":persistent")
    assert accepted.get_session_index()
    attributes = accepted.get_attributes()
    assert attributes["mail"] == ["ana@contoso.example"]
    assert attributes["givenName"] == ["Ana"]
    assert attributes["surname"] == ["Lima"]
    assert attributes["displayName"] == ["Ana Lima"]
    assert attributes["groups"] == ["Sales"]
    assert attributes[OBJECT_ID] == [ana["oid"]]


def test_several_groups_are_several_values(sandbox: Sandbox, visitor: Browser) -> None:
    assert sign_in(sandbox, visitor, "Noah Weiss").get_attributes()["groups"] == ["Interns", "Sales"]


def test_relay_state_comes_back(sandbox: Sandbox, visitor: Browser) -> None:
    sign_in(sandbox, visitor)
    assert visitor.form()[1]["RelayState"] == "/meetings/"


def test_the_second_sign_in_asks_nothing(sandbox: Sandbox, visitor: Browser) -> None:
    sign_in(sandbox, visitor)
    visitor.open(make_service_provider(sandbox).login())
    assert visitor.heading == "Signing you in"


def test_a_forced_sign_in_asks_again(sandbox: Sandbox, visitor: Browser) -> None:
    sign_in(sandbox, visitor)
    visitor.open(make_service_provider(sandbox).login(force_authn=True))
    assert visitor.heading == "Sign in to Contoso"
    assert visitor.press("Continue as Ana Lima").heading == "Signing you in"


def test_signing_out_lets_somebody_else_in(sandbox: Sandbox, visitor: Browser) -> None:
    sign_in(sandbox, visitor)
    visitor.open(f"{sandbox.http}/saml/contoso.example/logout-session")
    assert sign_in(sandbox, visitor, "Bo Lindqvist").get_attributes()["mail"] == ["bo@contoso.example"]


def test_the_post_binding_works_too(sandbox: Sandbox, visitor: Browser) -> None:
    asking = make_service_provider(sandbox)
    asking.login()
    message = base64.b64encode(asking.get_last_request_xml().encode()).decode()
    visitor.session.post(f"{sandbox.http}/saml/contoso.example/sso", data={"SAMLRequest": message})
    answer = visitor.session.post(
        f"{sandbox.http}/saml/contoso.example/sso", data={"SAMLRequest": message}, allow_redirects=False
    )
    visitor.open(sandbox.http + answer.headers["Location"]).press("Ana Lima")
    answering = make_service_provider(sandbox, visitor.form()[1])
    answering.process_response(request_id=asking.get_last_request_id())
    assert answering.is_authenticated()


def test_the_whole_response_can_be_signed_and_name_the_mail_address(sandbox: Sandbox, visitor: Browser) -> None:
    options = {"sign_response": True, "name_id_format": "emailAddress"}
    sandbox.control("PUT", "/tenants/contoso.example/saml", options)

    accepted = sign_in(sandbox, visitor)

    assert accepted.get_errors() == [], accepted.get_last_error_reason()
    assert accepted.get_nameid() == "ana@contoso.example"
    assert base64.b64decode(visitor.form()[1]["SAMLResponse"]).count(b"<ds:Signature ") == 2


def test_the_service_provider_may_ask_for_the_mail_address(sandbox: Sandbox, visitor: Browser) -> None:
    asking = make_service_provider(sandbox, name_id=EMAIL)
    visitor.open(asking.login()).press("Ana Lima")
    answering = make_service_provider(sandbox, visitor.form()[1])
    answering.process_response(request_id=asking.get_last_request_id())
    assert (answering.get_nameid_format(), answering.get_nameid()) == (EMAIL, "ana@contoso.example")


def test_a_sign_in_nobody_asked_for(sandbox: Sandbox, visitor: Browser) -> None:
    address = f"{sandbox.http}/saml/contoso.example/initiate?acs={ACS}&audience={SP_ENTITY}"
    visitor.open(address).press("Ana Lima")
    answering = make_service_provider(sandbox, visitor.form()[1])
    answering.process_response()
    assert answering.is_authenticated()


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("saml.expired", "expired"),
        ("saml.unsigned", "not signed"),
        ("saml.wrong_audience", "not a valid audience"),
    ],
)
def test_a_spoiled_response_is_refused(sandbox: Sandbox, visitor: Browser, kind: str, reason: str) -> None:
    sandbox.fault(kind, count=1)
    refused = sign_in(sandbox, visitor)
    assert not refused.is_authenticated()
    assert reason in refused.get_last_error_reason()
    assert sign_in(sandbox, visitor).is_authenticated()


def test_a_response_can_be_garbage(sandbox: Sandbox, visitor: Browser) -> None:
    sandbox.fault("saml.garbage", upn="ana@contoso.example")
    visitor.open(make_service_provider(sandbox).login()).press("Ana Lima")
    assert b"<" not in base64.b64decode(visitor.form()[1]["SAMLResponse"])


def test_an_answer_goes_to_the_portal_only(sandbox: Sandbox, visitor: Browser) -> None:
    visitor.open(f"{sandbox.http}/saml/contoso.example/initiate?acs=https://evil.example/sso/&audience=x")
    assert visitor.status == 400
    assert "is not one of the portal" in visitor.text


@pytest.mark.parametrize("message", ["", "%%%", base64.b64encode(b"<a/>").decode()])
def test_an_unreadable_request_gets_a_page(sandbox: Sandbox, visitor: Browser, message: str) -> None:
    reply = visitor.session.post(f"{sandbox.http}/saml/contoso.example/sso", data={"SAMLRequest": message})
    assert reply.status_code == 400
    assert "Sign-in not possible" in reply.text


def test_an_unknown_organisation_is_not_found(visitor: Browser) -> None:
    assert visitor.open("/saml/unknown.example/metadata").status == 404
