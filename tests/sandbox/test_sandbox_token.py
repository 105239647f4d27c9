"""Codes, tokens and what they are refused for."""

from typing import Any

import jwt
import pytest

from tests.sandbox.browser import Browser
from tests.sandbox.graph_side import Graph
from tests.sandbox.portal_side import authorize, begin, make_app, redeem
from tests.sandbox.running import CALLBACK, CLIENT_ID, CONTOSO, FABRIKAM, SECRET, Sandbox

EWS = "https://mail.contoso.example/EWS.AccessAsUser.All"


def post_token(sandbox: Sandbox, tenant: str = CONTOSO, **form: str) -> tuple[int, dict[str, Any]]:
    """A call to the token endpoint as any client makes it."""
    fields = {"client_id": CLIENT_ID, "client_secret": SECRET, "client_info": "1"} | form
    reply = sandbox.client.post(f"{sandbox.https}/{tenant}/oauth2/v2.0/token", data=fields)
    return reply.status_code, reply.json()


def refresh(sandbox: Sandbox, token: str, **form: str) -> tuple[int, dict[str, Any]]:
    return post_token(sandbox, grant_type="refresh_token", refresh_token=token, **form)


def make_code(sandbox: Sandbox, visitor: Browser) -> dict[str, str]:
    """The form that redeems a fresh code of Ana's."""
    flow = begin(make_app(sandbox), "ana@contoso.example")
    visitor.open(flow["auth_uri"]).press("Ana Lima").press("Accept")
    return {
        "grant_type": "authorization_code",
        "code": visitor.answer["code"],
        "redirect_uri": CALLBACK,
        "code_verifier": flow["code_verifier"],
        "scope": "Calendars.Read openid offline_access",
    }


def test_tokens_are_signed_with_the_published_key(sandbox: Sandbox, visitor: Browser) -> None:
    result = authorize(sandbox, visitor)
    keys = sandbox.client.get(f"{sandbox.https}/{CONTOSO}/discovery/v2.0/keys").json()
    key = jwt.PyJWKSet.from_dict(keys).keys[0]
    claims = jwt.decode(result["id_token"], key, ["RS256"], audience=CLIENT_ID)
    assert claims["oid"] == sandbox.people()["ana@contoso.example"]["oid"]
    access = jwt.decode(result["access_token"], key, ["RS256"], audience="https://graph.microsoft.com")
    assert {"Calendars.Read", "Contacts.Read", "User.Read"} <= set(access["scp"].split())
    assert access["appid"] == CLIENT_ID


def test_a_code_works_once(sandbox: Sandbox, visitor: Browser) -> None:
    form = make_code(sandbox, visitor)
    assert post_token(sandbox, **form)[0] == 200
    status, body = post_token(sandbox, **form)
    assert (status, body["error"], body["error_codes"]) == (400, "invalid_grant", [54005])


@pytest.mark.parametrize(
    ("change", "error", "code"),
    [
        ({"code_verifier": "something-else"}, "invalid_grant", 501481),
        ({"redirect_uri": "http://localhost:8000/other/"}, "invalid_grant", 500112),
        ({"client_secret": "wrong"}, "invalid_client", 7000215),
        ({"client_id": "wrong"}, "unauthorized_client", 700016),
        ({"code": "made-up"}, "invalid_grant", 9002313),
        ({"scope": f"Calendars.Read {EWS}"}, "invalid_scope", 28000),
        ({"scope": "Cats.Read"}, "invalid_scope", 70011),
        ({"grant_type": "password"}, "unsupported_grant_type", 70003),
    ],
)
def test_a_code_is_refused(sandbox: Sandbox, visitor: Browser, change: dict[str, str], error: str, code: int) -> None:
    status, body = post_token(sandbox, **(make_code(sandbox, visitor) | change))
    assert status in (400, 401)
    assert (body["error"], body["error_codes"]) == (error, [code])
    assert {"error_description", "timestamp", "trace_id", "correlation_id", "error_uri"} <= body.keys()


def test_a_code_belongs_to_one_tenant(sandbox: Sandbox, visitor: Browser) -> None:
    assert post_token(sandbox, FABRIKAM, **make_code(sandbox, visitor))[1]["error"] == "invalid_grant"


def test_refreshing_gives_a_new_token_and_leaves_the_old_one_alive(sandbox: Sandbox, visitor: Browser) -> None:
    first = authorize(sandbox, visitor)["refresh_token"]
    status, body = refresh(sandbox, first)
    assert status == 200
    assert body["refresh_token"] != first
    assert refresh(sandbox, first)[0] == 200
    assert refresh(sandbox, body["refresh_token"])[0] == 200


def test_a_revoked_token_is_refused(sandbox: Sandbox, visitor: Browser) -> None:
    token = authorize(sandbox, visitor)["refresh_token"]
    assert sandbox.control("POST", "/people/ana@contoso.example/revoke") == {"revoked": 1}
    status, body = refresh(sandbox, token)
    assert (status, body["error"], body["suberror"]) == (400, "invalid_grant", "bad_token")
    assert body["error_codes"] == [50173]


def test_withdrawn_consent_is_noticed_at_the_next_refresh(sandbox: Sandbox, visitor: Browser) -> None:
    token = authorize(sandbox, visitor)["refresh_token"]
    sandbox.control("DELETE", "/tenants/contoso.example/consent?upn=ana@contoso.example")
    status, body = refresh(sandbox, token, scope="Calendars.Read")
    assert (status, body["error"], body["suberror"]) == (400, "invalid_grant", "consent_required")
    assert body["error_codes"] == [65001]


def test_what_was_granted_is_answered_even_if_less_is_asked_for(sandbox: Sandbox, visitor: Browser) -> None:
    token = authorize(sandbox, visitor)["refresh_token"]
    _status, body = refresh(sandbox, token, scope="https://graph.microsoft.com/Calendars.Read openid")
    prefix = "https://graph.microsoft.com"
    assert body["scope"].split() == [
        f"{prefix}/Calendars.Read", f"{prefix}/Contacts.Read", f"{prefix}/User.Read", "openid",
    ]  # fmt: skip


def test_each_resource_has_its_own_token(sandbox: Sandbox, visitor: Browser) -> None:
    app = make_app(sandbox)
    flow = begin(app, "ana@contoso.example", scopes=["Calendars.Read", EWS])
    visitor.open(flow["auth_uri"]).press("Ana Lima").press("Accept")
    result = app.acquire_token_by_auth_code_flow(flow, visitor.answer, scopes=["Calendars.Read"])
    assert result["scope"].split()[0] == "Calendars.Read"

    (account,) = app.get_accounts()
    other = app.acquire_token_silent_with_error([EWS], account)
    claims = jwt.decode(other["access_token"], options={"verify_signature": False})
    assert (claims["aud"], claims["scp"].split()[0]) == ("https://mail.contoso.example", "EWS.AccessAsUser.All")


def test_a_short_lifetime_is_over_soon(sandbox: Sandbox, visitor: Browser) -> None:
    sandbox.control("POST", "/tokens", {"lifetime_seconds": 0})
    result = authorize(sandbox, visitor)
    assert result["expires_in"] == 0
    answer = Graph(sandbox, result["access_token"]).get("/me")
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "InvalidAuthenticationToken"


@pytest.mark.parametrize(
    ("kind", "status", "error"),
    [
        ("token.unavailable", 503, "temporarily_unavailable"),
        ("token.throttled", 429, "temporarily_unavailable"),
        ("token.invalid_client", 401, "invalid_client"),
        ("token.refresh_revoked", 400, "invalid_grant"),
    ],
)
def test_a_fault_refuses_once(sandbox: Sandbox, visitor: Browser, kind: str, status: int, error: str) -> None:
    token = authorize(sandbox, visitor)["refresh_token"]
    sandbox.fault(kind, upn="ana@contoso.example", count=1, retry_after=7)
    answered, body = refresh(sandbox, token)
    assert (answered, body["error"]) == (status, error)
    assert refresh(sandbox, token)[0] == 200


def test_a_wrong_nonce_is_noticed_by_msal(sandbox: Sandbox, visitor: Browser) -> None:
    sandbox.fault("token.wrong_nonce", count=1)
    with pytest.raises(RuntimeError, match="nonce"):
        authorize(sandbox, visitor)


def test_an_id_token_can_name_somebody_else(sandbox: Sandbox, visitor: Browser) -> None:
    sandbox.fault("token.wrong_person", count=1)
    claims = authorize(sandbox, visitor)["id_token_claims"]
    assert claims["preferred_username"] == "dana@contoso.example"
    assert claims["tid"] == CONTOSO


def test_an_id_token_can_name_another_tenant(sandbox: Sandbox, visitor: Browser) -> None:
    sandbox.fault("token.wrong_tenant", count=1)
    claims = authorize(sandbox, visitor)["id_token_claims"]
    assert (claims["tid"], claims["iss"]) == (FABRIKAM, f"{sandbox.https}/{FABRIKAM}/v2.0")


def test_fewer_scopes_can_be_granted(sandbox: Sandbox, visitor: Browser) -> None:
    sandbox.fault("token.fewer_scopes", count=1)
    result = authorize(sandbox, visitor)
    assert "Contacts.Read" not in result["scope"]
    answer = Graph(sandbox, result["access_token"]).get("/me/contacts")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "ErrorAccessDenied")


@pytest.mark.parametrize(
    ("kind", "error", "subcode"),
    [
        ("identity.decline", "access_denied", "cancel"),
        ("identity.consent_required", "consent_required", None),
        ("identity.server_error", "server_error", None),
    ],
)
def test_a_fault_sends_the_browser_back(
    sandbox: Sandbox, visitor: Browser, kind: str, error: str, subcode: str | None
) -> None:
    sandbox.fault(kind, upn="ANA@contoso.example", count=1)
    visitor.open(begin(make_app(sandbox), "ana@contoso.example")["auth_uri"]).press("Ana Lima")
    assert (visitor.answer["error"], visitor.answer.get("error_subcode")) == (error, subcode)


def test_a_fault_asks_for_an_admin_despite_consent(sandbox: Sandbox, visitor: Browser) -> None:
    authorize(sandbox, visitor)
    sandbox.fault("identity.admin_approval_required", count=1)
    app = make_app(sandbox)
    flow = begin(app, "ana@contoso.example")
    assert visitor.open(flow["auth_uri"]).heading == "Need admin approval"
    assert "access_token" in redeem(app, flow, visitor.open(flow["auth_uri"]).answer)
