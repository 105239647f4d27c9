"""What goes wrong on purpose at /token, and what MSAL makes of it."""

import time
from typing import Any

import msal
import pytest
import requests

from tests.sandbox.browser import Browser
from tests.sandbox.portal_side import SCOPES, authorize, begin, make_app, redeem
from tests.sandbox.running import CONTOSO, FABRIKAM, Sandbox

ANA = "ana@contoso.example"


def refreshed(sandbox: Sandbox, visitor: Browser, kind: str, **details: Any) -> dict[str, Any]:
    """What a fresh MSAL application makes of a refresh while a fault is on."""
    result = authorize(sandbox, visitor)
    sandbox.fault(kind, upn=ANA, **{"count": 1, **details})
    answer: dict[str, Any] = make_app(sandbox).acquire_token_by_refresh_token(result["refresh_token"], SCOPES)
    return answer


@pytest.mark.parametrize(
    ("kind", "error", "suberror", "number", "classification"),
    [
        ("token.refresh_revoked", "invalid_grant", "bad_token", 50173, ""),
        ("token.refresh_expired", "invalid_grant", "bad_token", 700082, ""),
        ("token.sign_in_frequency", "invalid_grant", "token_expired", 70043, ""),
        ("token.mfa_required", "interaction_required", "basic_action", 50076, "basic_action"),
        ("token.mfa_step_up", "invalid_grant", "basic_action", 50076, "basic_action"),
        ("token.conditional_access", "invalid_grant", "message_only", 53003, "message_only"),
        ("token.consent_withdrawn", "invalid_grant", "consent_required", 65001, "consent_required"),
        ("token.consent_missing", "invalid_grant", "consent_required", 65001, "consent_required"),
        ("token.not_assigned", "invalid_grant", None, 50105, ""),
        ("token.account_disabled", "invalid_grant", None, 50057, ""),
        ("token.invalid_client", "invalid_client", None, 7000222, ""),
        ("token.wrong_secret", "invalid_client", None, 7000215, ""),
        ("token.app_missing", "unauthorized_client", None, 700016, ""),
    ],
)
def test_a_refresh_is_refused(
    sandbox: Sandbox, visitor: Browser, kind: str, error: str, suberror: str | None, number: int, classification: str
) -> None:
    app = make_app(sandbox)
    flow = begin(app, ANA)
    visitor.open(flow["auth_uri"]).press("Ana Lima").press("Accept")
    redeem(app, flow, visitor.answer)
    sandbox.fault(kind, upn=ANA)

    (account,) = app.get_accounts()
    answer = app.acquire_token_silent_with_error(SCOPES, account, force_refresh=True)

    assert (answer["error"], answer.get("suberror"), answer["error_codes"]) == (error, suberror, [number])
    assert answer["error_description"].startswith(f"AADSTS{number}: ")
    assert answer.get("classification", "") == classification
    assert ("claims" in answer) == (number == 50076)


@pytest.mark.parametrize("kind", ["token.mfa_required", "token.mfa_step_up"])
def test_what_the_next_sign_in_has_to_bring_can_be_asked_for(sandbox: Sandbox, visitor: Browser, kind: str) -> None:
    answer = refreshed(sandbox, visitor, kind)
    app = make_app(sandbox)
    flow = begin(app, ANA, claims_challenge=answer["claims"])
    assert "capolids" in flow["auth_uri"]
    assert "access_token" in redeem(app, flow, visitor.open(flow["auth_uri"]).answer)


@pytest.mark.parametrize(
    ("kind", "error", "number"),
    [
        ("token.code_reused", "invalid_grant", 54005),
        ("token.code_expired", "invalid_grant", 70008),
        ("token.consent_missing", "invalid_grant", 65001),
        ("token.invalid_client", "invalid_client", 7000222),
        ("token.app_missing", "unauthorized_client", 700016),
        ("token.throttled", "temporarily_unavailable", 90055),
    ],
)
def test_a_code_is_refused_once(sandbox: Sandbox, visitor: Browser, kind: str, error: str, number: int) -> None:
    sandbox.fault(kind, upn=ANA, count=1)
    answer = authorize(sandbox, visitor)
    assert (answer["error"], answer["error_codes"]) == (error, [number])
    assert "access_token" in authorize(sandbox, visitor)


@pytest.mark.parametrize("kind", ["token.refresh_revoked", "token.mfa_required", "token.consent_withdrawn"])
def test_what_concerns_refreshing_leaves_a_new_sign_in_alone(sandbox: Sandbox, visitor: Browser, kind: str) -> None:
    sandbox.fault(kind)
    assert "access_token" in authorize(sandbox, visitor)


def test_a_code_that_is_redeemed_twice_is_refused_by_itself(sandbox: Sandbox, visitor: Browser) -> None:
    app = make_app(sandbox)
    flow = begin(app, ANA)
    visitor.open(flow["auth_uri"]).press("Ana Lima").press("Accept")
    assert "access_token" in redeem(app, flow, visitor.answer)
    assert redeem(make_app(sandbox), flow, visitor.answer)["error_codes"] == [54005]


@pytest.mark.parametrize(
    ("kind", "claim", "value"),
    [
        ("token.wrong_audience", "aud", "99999999-0000-4000-8000-000000000009"),
        ("token.wrong_issuer", "iss", "https://login.contoso-sign-in.example/v2.0"),
        ("token.wrong_tenant", "tid", FABRIKAM),
        ("token.wrong_person", "preferred_username", "dana@contoso.example"),
    ],
)
def test_msal_hands_on_an_id_token_whatever_it_says(
    sandbox: Sandbox, visitor: Browser, kind: str, claim: str, value: str
) -> None:
    assert authorize(sandbox, visitor)["id_token_claims"][claim] != value
    sandbox.fault(kind, count=1)
    result = authorize(sandbox, visitor)
    assert result["id_token_claims"][claim] == value
    assert "access_token" in result


def test_msal_hands_on_an_id_token_that_has_expired(sandbox: Sandbox, visitor: Browser) -> None:
    sandbox.fault("token.id_token_expired", count=1)
    claims = authorize(sandbox, visitor)["id_token_claims"]
    assert claims["iat"] < claims["exp"] < time.time()


def test_msal_raises_when_the_token_endpoint_is_out_of_order(sandbox: Sandbox, visitor: Browser) -> None:
    with pytest.raises(msal.exceptions.MsalServiceError, match="503"):
        refreshed(sandbox, visitor, "token.unavailable")


def test_a_slow_answer_outlasts_patience(sandbox: Sandbox, visitor: Browser) -> None:
    token = authorize(sandbox, visitor)["refresh_token"]
    sandbox.fault("token.slow", upn=ANA, count=1, seconds=5)
    form = {"grant_type": "refresh_token", "refresh_token": token}
    with pytest.raises(requests.exceptions.ReadTimeout):
        sandbox.client.post(f"{sandbox.https}/{CONTOSO}/oauth2/v2.0/token", data=form, timeout=0.3)


def test_a_slow_answer_comes_in_the_end(sandbox: Sandbox, visitor: Browser) -> None:
    began = time.monotonic()
    assert "access_token" in refreshed(sandbox, visitor, "token.slow", seconds=0.3)
    assert time.monotonic() - began >= 0.3


def test_a_connection_is_reset(sandbox: Sandbox, visitor: Browser) -> None:
    with pytest.raises(requests.exceptions.ConnectionError):
        refreshed(sandbox, visitor, "token.reset")
    assert "access_token" in authorize(sandbox, visitor)


def test_discovery_is_down_for_one_tenant(sandbox: Sandbox) -> None:
    sandbox.fault("discovery.unavailable", tenant="contoso.example")
    with pytest.raises(Exception, match="503"):
        begin(make_app(sandbox))
    assert begin(make_app(sandbox, FABRIKAM))["auth_uri"]
    sandbox.control("DELETE", "/faults")
    assert begin(make_app(sandbox))["auth_uri"]
