"""The identity platform, met by MSAL as the portal meets it."""

import msal
import pytest

from tests.sandbox.browser import Browser
from tests.sandbox.portal_side import authorize, begin, make_app, redeem
from tests.sandbox.running import ADMIN_CALLBACK, CLIENT_ID, CONTOSO, FABRIKAM, Sandbox

RETURN = "Return to the application without granting consent"
GRANT = {"scopes": ["Calendars.Read", "Contacts.Read", "User.Read"]}


def test_somebody_signs_in_consents_and_is_authorized(sandbox: Sandbox, visitor: Browser) -> None:
    app = make_app(sandbox)
    flow = begin(app, "ana@contoso.example", domain_hint="contoso.example")

    visitor.open(flow["auth_uri"])
    assert visitor.heading == "Sign in to Contoso"
    visitor.press("Ana Lima")
    assert visitor.heading == "Permissions requested"
    assert "Read your calendars" in visitor.text
    assert "Consent on behalf" not in visitor.text
    visitor.press("Accept")

    result = redeem(app, flow, visitor.answer)
    ana = sandbox.people()["ana@contoso.example"]
    assert set(result["scope"].split()) == {"Calendars.Read", "Contacts.Read", "User.Read", "openid", "profile"}
    claims = result["id_token_claims"]
    assert (claims["oid"], claims["tid"], claims["aud"]) == (ana["oid"], CONTOSO, CLIENT_ID)
    assert claims["preferred_username"] == "ana@contoso.example"
    assert claims["iss"] == f"{sandbox.https}/{CONTOSO}/v2.0"
    (account,) = app.get_accounts()
    assert account["home_account_id"] == f"{ana['oid']}.{CONTOSO}"


def test_after_saml_sign_in_and_consent_nothing_is_asked(sandbox: Sandbox, visitor: Browser) -> None:
    sandbox.control("POST", "/tenants/contoso.example/consent", GRANT)
    visitor.open("/saml/contoso.example/sign-in?return_to=/").press("Ana Lima")

    visitor.open(begin(make_app(sandbox), "ana@contoso.example")["auth_uri"])

    assert "code" in visitor.answer


def test_cancelling_says_so(sandbox: Sandbox, visitor: Browser) -> None:
    flow = begin(make_app(sandbox), "ana@contoso.example")
    visitor.open(flow["auth_uri"]).press("Ana Lima").press("Cancel")

    answer = visitor.answer
    assert (answer["error"], answer["error_subcode"]) == ("access_denied", "cancel")
    assert answer["error_description"].startswith("AADSTS65004: ")
    assert answer["state"] == flow["state"]


def test_where_people_may_not_consent_they_are_stranded(sandbox: Sandbox, visitor: Browser) -> None:
    sandbox.control("PUT", "/tenants/contoso.example/policy", {"user_consent": "admin_only"})
    visitor.open(begin(make_app(sandbox), "ana@contoso.example")["auth_uri"]).press("Ana Lima")

    assert visitor.left_for is None
    assert visitor.heading == "Need admin approval"
    visitor.follow(RETURN)
    assert (visitor.answer["error"], visitor.answer["error_subcode"]) == ("access_denied", "cancel")


def test_with_the_workflow_on_they_may_ask_for_approval(sandbox: Sandbox, visitor: Browser) -> None:
    policy = {"user_consent": "admin_only", "request_workflow": True}
    sandbox.control("PUT", "/tenants/contoso.example/policy", policy)
    visitor.open(begin(make_app(sandbox), "ana@contoso.example")["auth_uri"]).press("Ana Lima")

    assert visitor.heading == "Approval required"
    visitor.press("Request approval", justification="For my meetings")
    assert visitor.heading == "Request sent"
    (tenant, _) = sandbox.control("GET", "/state")["tenants"]
    assert tenant["approval_requests"][0]["justification"] == "For my meetings"
    assert visitor.follow(RETURN).answer["error_subcode"] == "cancel"


def test_an_admin_may_consent_for_everyone_while_signing_in(sandbox: Sandbox, visitor: Browser) -> None:
    sandbox.control("PUT", "/tenants/contoso.example/policy", {"user_consent": "admin_only"})
    visitor.open(begin(make_app(sandbox), "dana@contoso.example")["auth_uri"]).press("Dana Reyes")
    visitor.press("Accept", organisation="1")

    assert "code" in visitor.answer
    with Browser(sandbox.http) as somebody_else:
        somebody_else.open(begin(make_app(sandbox), "ana@contoso.example")["auth_uri"]).press("Ana Lima")
        assert "code" in somebody_else.answer


def test_another_person_than_hinted_is_asked_which_account(sandbox: Sandbox, visitor: Browser) -> None:
    authorize(sandbox, visitor, "ana")
    visitor.open(begin(make_app(sandbox), "bo@contoso.example")["auth_uri"])
    assert "Signed in as Ana Lima" in visitor.text

    visitor.press("Continue as Ana Lima")

    assert "code" in visitor.answer


def test_using_another_account_signs_that_one_in(sandbox: Sandbox, visitor: Browser) -> None:
    authorize(sandbox, visitor, "ana")
    app = make_app(sandbox)
    flow = begin(app, prompt="select_account")
    visitor.open(flow["auth_uri"]).press("Bo Lindqvist").press("Accept")
    assert redeem(app, flow, visitor.answer)["id_token_claims"]["preferred_username"] == "bo@contoso.example"


@pytest.mark.parametrize("tenant", [CONTOSO, "contoso.example", "organizations", "common"])
def test_a_tenant_goes_by_several_names(sandbox: Sandbox, visitor: Browser, tenant: str) -> None:
    sandbox.control("POST", "/tenants/contoso.example/consent", GRANT)
    app = make_app(sandbox, tenant)
    flow = begin(app, "ana@contoso.example")
    visitor.open(flow["auth_uri"]).press("Ana Lima")
    assert redeem(app, flow, visitor.answer)["id_token_claims"]["tid"] == CONTOSO


def test_an_unknown_tenant_is_refused(sandbox: Sandbox) -> None:
    answer = sandbox.client.get(f"{sandbox.https}/unknown.example/v2.0/.well-known/openid-configuration")
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_tenant"
    assert answer.json()["error_codes"] == [90002]
    with pytest.raises(ValueError, match="authority"):
        make_app(sandbox, "unknown.example").initiate_auth_code_flow(["User.Read"])


def test_silence_without_session_or_consent_is_an_error(sandbox: Sandbox, visitor: Browser) -> None:
    flow = begin(make_app(sandbox), "ana@contoso.example", prompt="none")
    assert visitor.open(flow["auth_uri"]).answer["error"] == "login_required"
    visitor.open("/saml/contoso.example/sign-in?return_to=/").press("Ana Lima")
    assert visitor.open(flow["auth_uri"]).answer["error"] == "consent_required"


def test_consent_can_be_asked_for_again(sandbox: Sandbox, visitor: Browser) -> None:
    authorize(sandbox, visitor, "ana")
    visitor.open(begin(make_app(sandbox), "ana@contoso.example", prompt="consent")["auth_uri"])
    assert visitor.heading == "Permissions requested"


def test_form_post_answers_by_a_form(sandbox: Sandbox, visitor: Browser) -> None:
    sandbox.control("POST", "/tenants/contoso.example/consent", GRANT)
    visitor.open(begin(make_app(sandbox), "ana@contoso.example", response_mode="form_post")["auth_uri"])
    visitor.press("Ana Lima")
    action, fields = visitor.form()
    assert action.endswith("/office365/callback/")
    assert {"code", "state", "client_info"} <= fields.keys()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"client_id": "11111111-2222-3333-4444-555555555555"}, "AADSTS700016"),
        ({"redirect_uri": "https://evil.example/"}, "AADSTS50011"),
        ({"login_hint": "gia@fabrikam.example"}, "AADSTS50020"),
    ],
)
def test_some_mistakes_end_at_microsoft(sandbox: Sandbox, visitor: Browser, change: dict[str, str], code: str) -> None:
    parameters = {
        "client_id": CLIENT_ID,
        "redirect_uri": "http://localhost:8000/office365/callback/",
        "response_type": "code",
        "scope": "User.Read",
    } | change
    reply = visitor.session.get(f"{sandbox.http}/{CONTOSO}/oauth2/v2.0/authorize", params=parameters)
    assert reply.status_code == 400
    assert code in reply.text


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": ""}, "invalid_request"),
        ({"scope": "Cats.Read"}, "invalid_scope"),
        ({"code_challenge": "abc", "code_challenge_method": "plain"}, "invalid_request"),
    ],
)
def test_other_mistakes_are_told_to_the_application(
    sandbox: Sandbox, visitor: Browser, change: dict[str, str], error: str
) -> None:
    parameters = {
        "client_id": CLIENT_ID,
        "redirect_uri": "http://localhost:8000/office365/callback/",
        "response_type": "code",
        "scope": "User.Read",
    } | change
    query = "&".join(f"{name}={value}" for name, value in parameters.items())
    assert visitor.open(f"/{CONTOSO}/oauth2/v2.0/authorize?{query}").answer["error"] == error


def admin_consent_url(sandbox: Sandbox, tenant: str = CONTOSO) -> str:
    scope = "https://graph.microsoft.com/Calendars.Read+https://graph.microsoft.com/Contacts.Read"
    query = f"client_id={CLIENT_ID}&redirect_uri={ADMIN_CALLBACK}&state=s1&scope={scope}"
    return f"{sandbox.http}/{tenant}/v2.0/adminconsent?{query}"


def test_an_admin_grants_for_the_whole_tenant(sandbox: Sandbox, visitor: Browser) -> None:
    visitor.open(admin_consent_url(sandbox)).press("Dana Reyes").press("Accept")

    answer = visitor.answer
    assert (answer["admin_consent"], answer["tenant"], answer["state"]) == ("True", CONTOSO, "s1")
    assert answer["scope"].split()[0] == "https://graph.microsoft.com/Calendars.Read"
    tenant = sandbox.control("GET", "/state")["tenants"][0]
    assert tenant["consent"]["tenant_wide"] == ["Calendars.Read", "Contacts.Read"]


def test_an_admin_who_cancels_sends_an_error_that_looks_like_consent(sandbox: Sandbox, visitor: Browser) -> None:
    visitor.open(admin_consent_url(sandbox, FABRIKAM)).press("Finn Carter").press("Cancel")
    assert visitor.answer["error"] == "consent_required"
    assert visitor.answer["admin_consent"] == "True"
    assert visitor.answer["state"] == "s1"


def test_others_are_told_that_an_admin_is_needed(sandbox: Sandbox, visitor: Browser) -> None:
    visitor.open(admin_consent_url(sandbox)).press("Lee Park")
    assert "AADSTS90093" in visitor.text
    visitor.follow("Have an admin account? Sign in with that account").press("Dana Reyes")
    assert visitor.heading == "Permissions requested"


def test_granting_again_replaces_what_was_granted(sandbox: Sandbox) -> None:
    consent = "/tenants/contoso.example/consent"
    sandbox.control("POST", consent, GRANT)
    ews = ["https://outlook.office365.com/EWS.AccessAsUser.All"]
    sandbox.control("POST", consent, {"scopes": ews})
    assert sandbox.control("POST", consent, {"scopes": ["User.Read"]}) == {"tenant_wide": ["User.Read", *ews]}


def test_logging_out_ends_the_session(sandbox: Sandbox, visitor: Browser) -> None:
    authorize(sandbox, visitor)
    back = "http://localhost:8000/"
    visitor.open(f"/{CONTOSO}/oauth2/v2.0/logout?post_logout_redirect_uri={back}")
    assert visitor.left_for == back
    visitor.open(begin(make_app(sandbox), "ana@contoso.example")["auth_uri"])
    assert visitor.heading == "Sign in to Contoso"


def test_the_picker_leads_to_pages_of_the_sandbox_only(sandbox: Sandbox, visitor: Browser) -> None:
    visitor.open("/saml/contoso.example/sign-in?return_to=//evil.example/").press("Ana Lima")
    assert visitor.url == f"{sandbox.http}/"


def test_discovery_has_what_a_browser_opens_on_plain_http(sandbox: Sandbox) -> None:
    found = sandbox.client.get(f"{sandbox.https}/{CONTOSO}/v2.0/.well-known/openid-configuration").json()
    assert found["authorization_endpoint"].startswith(sandbox.http)
    assert found["end_session_endpoint"].startswith(sandbox.http)
    assert found["token_endpoint"].startswith(sandbox.https)
    assert found["jwks_uri"].startswith(sandbox.https)


def test_msal_finds_its_way_with_the_issuer_alone(sandbox: Sandbox) -> None:
    app = msal.ConfidentialClientApplication(
        CLIENT_ID,
        client_credential="any",
        oidc_authority=f"{sandbox.https}/{CONTOSO}/v2.0",
        http_client=sandbox.client,
    )
    assert begin(app)["auth_uri"].startswith(sandbox.http)
