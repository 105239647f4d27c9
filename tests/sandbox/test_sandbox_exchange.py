"""A mailbox on-premises: tokens for its server, and the server's door."""

from typing import Any

import jwt
import pytest
import requests

from tests.sandbox.browser import Browser
from tests.sandbox.ews_side import ANA, HOST, PERMISSION, PIA, own_scope, token_for
from tests.sandbox.graph_side import Graph
from tests.sandbox.portal_side import begin, make_app, redeem
from tests.sandbox.running import PATIENCE_SECONDS, Sandbox


def call(sandbox: Sandbox, token: str = "", method: str = "POST", **options: Any) -> requests.Response:
    """A call to the server's address."""
    headers = {**({"Authorization": f"Bearer {token}"} if token else {}), **options.pop("headers", {})}
    url = f"{options.pop('base', sandbox.https)}/EWS/Exchange.asmx"
    return sandbox.client.request(method, url, headers=headers, timeout=PATIENCE_SECONDS)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_a_token_it_says_where_tokens_come_from(sandbox: Sandbox, method: str) -> None:
    answer = call(sandbox, method=method)
    challenge = answer.headers["WWW-Authenticate"]
    assert answer.status_code == 401
    assert challenge.startswith('Bearer client_id="00000002-0000-0ff1-ce00-000000000000", trusted_issuers="')
    assert f'authorization_uri="{sandbox.https}/common/oauth2/authorize"' in challenge


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("exchange.leads_on", 302),
        ("exchange.leads_to_microsoft", 302),
        ("exchange.windows_only", 401),
        ("exchange.not_exchange", 200),
        ("exchange.unavailable", 503),
    ],
)
def test_it_can_be_no_server_that_takes_tokens(sandbox: Sandbox, kind: str, status: int) -> None:
    sandbox.fault(kind, count=1)
    url = f"{sandbox.https}/EWS/Exchange.asmx"
    answer = sandbox.client.get(url, allow_redirects=False, timeout=PATIENCE_SECONDS)
    assert (answer.status_code, "Bearer" in answer.headers.get("WWW-Authenticate", "")) == (status, False)
    assert "Bearer" in call(sandbox).headers["WWW-Authenticate"], "it is itself again"


def test_it_is_reached_by_tls_only(sandbox: Sandbox) -> None:
    assert call(sandbox, base=sandbox.http).status_code == 403


def test_the_right_token_comes_in(sandbox: Sandbox, visitor: Browser) -> None:
    token = token_for(sandbox, visitor, [own_scope(sandbox)])["access_token"]
    assert call(sandbox, token, "GET").status_code == 200
    last = sandbox.control("GET", "/requests")[-1]
    assert (last["kind"], last["upn"], last["status"]) == ("ews", PIA, 200)


def test_no_two_tokens_are_the_same(sandbox: Sandbox, visitor: Browser) -> None:
    first, second = (token_for(sandbox, visitor, [own_scope(sandbox)])["access_token"] for _ in range(2))
    assert first != second
    assert call(sandbox, second, "GET").status_code == 200


def test_the_hosts_name_alone_is_its_audience_too(sandbox: Sandbox, visitor: Browser) -> None:
    token = token_for(sandbox, visitor, [f"https://127.0.0.1/{PERMISSION}"])["access_token"]
    assert jwt.decode(token, options={"verify_signature": False})["aud"] == "https://127.0.0.1"
    assert call(sandbox, token, "GET").status_code == 200


@pytest.mark.parametrize("scope", ["Calendars.Read", f"https://{HOST}/{PERMISSION}"])
def test_a_token_for_something_else_stays_outside(sandbox: Sandbox, visitor: Browser, scope: str) -> None:
    token = token_for(sandbox, visitor, [scope])["access_token"]
    answer = call(sandbox, token)
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_a_token_is_for_the_host_that_is_called(sandbox: Sandbox, visitor: Browser) -> None:
    token = token_for(sandbox, visitor, [f"https://{HOST}/{PERMISSION}"])["access_token"]
    assert call(sandbox, token, "GET", headers={"Host": HOST}).status_code == 200


def test_a_token_that_has_expired_stays_outside(sandbox: Sandbox, visitor: Browser) -> None:
    sandbox.control("POST", "/tokens", {"lifetime_seconds": 0})
    assert call(sandbox, token_for(sandbox, visitor, [own_scope(sandbox)])["access_token"]).status_code == 401


@pytest.mark.parametrize("garbage", ["x", "a.b.c"])
def test_garbage_stays_outside(sandbox: Sandbox, garbage: str) -> None:
    assert call(sandbox, garbage).status_code == 401


def test_a_server_that_is_not_registered_has_no_tokens(sandbox: Sandbox, visitor: Browser) -> None:
    scope = f"https://mail.elsewhere.example/{PERMISSION}"
    refused = token_for(sandbox, visitor, [scope])
    assert refused["error"] == "invalid_resource"
    assert refused["error_description"].startswith("AADSTS500011: ")
    sandbox.control("PUT", "/tenants/contoso.example/exchange", {"hosts": ["Mail.Elsewhere.example"]})
    assert "access_token" in token_for(sandbox, visitor, [scope])
    assert token_for(sandbox, visitor, [f"https://{HOST}/{PERMISSION}"])["error"] == "invalid_resource"


def test_a_refresh_for_an_unknown_server_is_refused(sandbox: Sandbox, visitor: Browser) -> None:
    app = make_app(sandbox)
    flow = begin(app, ANA)
    redeem(app, flow, visitor.open(flow["auth_uri"]).press("Ana Lima").press("Accept").answer)
    (account,) = app.get_accounts()
    answer = app.acquire_token_silent_with_error([f"https://mail.elsewhere.example/{PERMISSION}"], account)
    assert (answer["error"], answer["error_codes"]) == ("invalid_resource", [500011])


def test_consent_for_the_server_is_apart_from_consent_for_graph(sandbox: Sandbox, visitor: Browser) -> None:
    consent, server = "/tenants/contoso.example/consent", f"https://{HOST}"
    sandbox.control("POST", consent, {"scopes": ["Calendars.Read", "User.Read"]})
    sandbox.control("POST", consent, {"scopes": [f"{server}/{PERMISSION}"]})
    sandbox.control("DELETE", f"{consent}?resource={server}")
    assert "access_token" in token_for(sandbox, visitor, ["Calendars.Read", "User.Read"])

    app = make_app(sandbox)
    visitor.open(begin(app, PIA, scopes=[f"{server}/{PERMISSION}"])["auth_uri"])
    assert (visitor.left_for, visitor.heading) == (None, "Permissions requested")
    assert f"via Exchange Web Services on {HOST}" in visitor.text

    sandbox.control("POST", consent, {"scopes": [f"{server}/{PERMISSION}"]})
    sandbox.control("DELETE", f"{consent}?resource=https://graph.microsoft.com")
    assert "access_token" in token_for(sandbox, visitor, [f"{server}/{PERMISSION}"])


def test_graph_knows_the_person_but_not_the_mailbox(sandbox: Sandbox, visitor: Browser) -> None:
    scopes = ["Calendars.Read", "Contacts.Read", "MailboxSettings.Read", "User.Read"]
    graph = Graph(sandbox, token_for(sandbox, visitor, scopes)["access_token"])
    assert graph.get("/me").json()["userPrincipalName"] == PIA
    for path in ("/me/calendar", "/me/events", "/me/contacts", "/me/mailboxSettings"):
        answer = graph.get(path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "MailboxNotEnabledForRESTAPI")
    sandbox.control("PUT", f"/people/{PIA}/mailbox", {"exchange_host": None})
    assert graph.get("/me/calendar").status_code == 200


def test_anybodys_mailbox_can_be_moved(sandbox: Sandbox, visitor: Browser) -> None:
    assert {upn: row["exchange_host"] for upn, row in sandbox.people().items() if row["exchange_host"]} == {PIA: HOST}
    visitor.open(f"/control/people/{ANA}").press("Move mailbox", host="mail.contoso.example")
    assert sandbox.people()[ANA]["exchange_host"] == HOST
    (address,) = visitor.open(f"/control/people/{ANA}").find("//p[contains(., 'EWS URL')]/code/text()")
    assert address == f"{sandbox.https}/EWS/Exchange.asmx"
    visitor.open(f"/control/people/{ANA}").press("Move mailbox", host="")
    assert sandbox.people()[ANA]["exchange_host"] == ""


def test_servers_are_registered_on_the_page(sandbox: Sandbox, visitor: Browser) -> None:
    url = f"{sandbox.http}/control/tenants/fabrikam.example/exchange"
    visitor.session.post(url, data={"hosts": "mail.fabrikam.example"}).raise_for_status()
    assert sandbox.control("GET", "/state")["tenants"][1]["exchange_hosts"] == ["mail.fabrikam.example"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"/people/{PIA}/mailbox", {"exchange_host": "https://mail.contoso.example/"}),
        ("/tenants/contoso.example/exchange", {"hosts": "mail.contoso.example"}),
        ("/tenants/contoso.example/exchange", {"hosts": ["not a host"]}),
        ("/tenants/contoso.example/exchange", {"hosts": [f"m{number}.contoso.example" for number in range(21)]}),
    ],
)
def test_what_is_no_server_is_refused(sandbox: Sandbox, path: str, body: dict[str, Any]) -> None:
    assert sandbox.control("PUT", path, body, 400)["error"]
