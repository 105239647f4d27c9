"""What goes wrong on purpose at /authorize and at the page for administrators."""

import pytest

from tests.sandbox.browser import Browser
from tests.sandbox.portal_side import authorize, begin, make_app, redeem
from tests.sandbox.running import ADMIN_CALLBACK, CLIENT_ID, CONTOSO, FABRIKAM, Sandbox

ANA = "ana@contoso.example"
GRANT = {"scopes": ["Calendars.Read", "Contacts.Read", "User.Read"]}
FULL = "https://graph.microsoft.com"


def signed_in(sandbox: Sandbox, visitor: Browser, **options: str) -> Browser:
    """Ana's browser after /authorize, where consent for everyone exists."""
    sandbox.control("POST", "/tenants/contoso.example/consent", GRANT)
    visitor.open("/saml/contoso.example/sign-in?return_to=/").press("Ana Lima")
    return visitor.open(begin(make_app(sandbox), ANA, **options)["auth_uri"])


def at_admin_consent(sandbox: Sandbox, visitor: Browser) -> Browser:
    """Dana's browser at the page for administrators, or where it was sent instead."""
    scope = f"{FULL}/Calendars.Read+{FULL}/Contacts.Read+{FULL}/User.Read"
    query = f"client_id={CLIENT_ID}&redirect_uri={ADMIN_CALLBACK}&state=s1&scope={scope}"
    return visitor.open(f"/{CONTOSO}/v2.0/adminconsent?{query}").press("Dana Reyes")


def tenant_wide(sandbox: Sandbox) -> list[str]:
    scopes: list[str] = sandbox.control("GET", "/state")["tenants"][0]["consent"]["tenant_wide"]
    return scopes


PAGES = [
    ("identity.not_assigned", 50105),
    ("identity.wrong_tenant", 50020),
    ("identity.account_disabled", 50057),
    ("identity.conditional_access", 53003),
]
DISTRUST = [("identity.app_missing", 700016), ("identity.redirect_mismatch", 50011)]


@pytest.mark.parametrize(("kind", "number"), PAGES + DISTRUST)
def test_some_faults_end_on_a_page_of_microsofts(sandbox: Sandbox, visitor: Browser, kind: str, number: int) -> None:
    sandbox.fault(kind, upn=ANA, count=1)
    signed_in(sandbox, visitor)
    assert (visitor.left_for, visitor.status) == (None, 400)
    assert f"AADSTS{number}: " in visitor.text
    assert "code" in signed_in(sandbox, visitor).answer


@pytest.mark.parametrize(("kind", "number"), PAGES)
def test_where_no_page_may_be_shown_one_is_asked_for(
    sandbox: Sandbox, visitor: Browser, kind: str, number: int
) -> None:
    sandbox.fault(kind, count=1)
    answer = signed_in(sandbox, visitor, prompt="none").answer
    assert answer["error"] == "interaction_required"
    assert answer["error_description"].startswith(f"AADSTS{number}: ")


@pytest.mark.parametrize(("kind", "number"), DISTRUST)
def test_what_nobody_trusts_gets_no_answer_at_all(sandbox: Sandbox, visitor: Browser, kind: str, number: int) -> None:
    sandbox.fault(kind)
    assert signed_in(sandbox, visitor, prompt="none").left_for is None
    visitor.open("/saml/contoso.example/logout-session")
    assert f"AADSTS{number}: " in at_admin_consent(sandbox, visitor).text


@pytest.mark.parametrize(
    ("kind", "error", "number"),
    [
        ("identity.decline", "access_denied", 65004),
        ("identity.consent_required", "consent_required", 65001),
        ("identity.server_error", "server_error", 90033),
        ("identity.temporarily_unavailable", "temporarily_unavailable", 90006),
    ],
)
def test_msal_is_told_of_an_error_in_the_answer(
    sandbox: Sandbox, visitor: Browser, kind: str, error: str, number: int
) -> None:
    sandbox.fault(kind, count=1)
    app = make_app(sandbox)
    flow = begin(app, ANA)
    visitor.open(flow["auth_uri"]).press("Ana Lima")
    result = redeem(app, flow, visitor.answer)
    assert result["error"] == error
    assert result["error_description"].startswith(f"AADSTS{number}: ")
    assert "error_subcode" not in result


@pytest.mark.parametrize("kind", ["identity.login_required", "identity.interaction_required"])
def test_silence_can_be_broken(sandbox: Sandbox, visitor: Browser, kind: str) -> None:
    sandbox.fault(kind, count=1)
    assert "code" in signed_in(sandbox, visitor).answer
    assert signed_in(sandbox, visitor, prompt="none").answer["error"] == kind.removeprefix("identity.")
    assert "code" in signed_in(sandbox, visitor, prompt="none").answer


@pytest.mark.parametrize(
    ("kind", "heading", "number"),
    [
        ("identity.admin_approval_required", "Need admin approval", 90094),
        ("identity.approval_workflow", "Approval required", 90095),
    ],
)
def test_one_person_is_stranded_despite_consent(
    sandbox: Sandbox, visitor: Browser, kind: str, heading: str, number: int
) -> None:
    sandbox.fault(kind, upn=ANA, count=1)
    signed_in(sandbox, visitor)
    assert (visitor.left_for, visitor.heading) == (None, heading)
    assert f"Error Code: {number}" in visitor.text
    visitor.follow("Return to the application without granting consent")
    assert (visitor.answer["error"], visitor.answer["error_subcode"]) == ("access_denied", "cancel")


def test_a_stranded_person_may_know_an_admin_account(sandbox: Sandbox, visitor: Browser) -> None:
    sandbox.control("PUT", "/tenants/contoso.example/policy", {"user_consent": "admin_only"})
    visitor.open(begin(make_app(sandbox), ANA)["auth_uri"]).press("Ana Lima")
    visitor.follow("Have an admin account? Sign in with that account").press("Dana Reyes")
    assert visitor.heading == "Permissions requested"


@pytest.mark.parametrize("kind", ["identity.wrong_state", "identity.no_state"])
def test_msal_refuses_an_answer_with_another_state(sandbox: Sandbox, visitor: Browser, kind: str) -> None:
    sandbox.fault(kind, count=1)
    with pytest.raises(ValueError, match="state"):
        authorize(sandbox, visitor)


@pytest.mark.parametrize(
    ("kind", "state"), [("identity.wrong_state", "the-state-of-another-request"), ("identity.no_state", None)]
)
def test_an_admins_answer_can_have_another_state(
    sandbox: Sandbox, visitor: Browser, kind: str, state: str | None
) -> None:
    sandbox.fault(kind, count=1)
    answer = at_admin_consent(sandbox, visitor).press("Accept").answer
    assert (answer["admin_consent"], answer.get("state")) == ("True", state)


def test_an_admin_declines(sandbox: Sandbox, visitor: Browser) -> None:
    sandbox.fault("admin_consent.decline", count=1)
    answer = at_admin_consent(sandbox, visitor).answer
    assert (answer["error"], answer["admin_consent"], answer["state"]) == ("consent_required", "True", "s1")
    assert answer["error_description"].startswith("AADSTS65004: ")


def test_an_admin_is_told_to_be_none(sandbox: Sandbox, visitor: Browser) -> None:
    sandbox.fault("admin_consent.not_admin", upn="dana@contoso.example", count=1)
    at_admin_consent(sandbox, visitor)
    assert (visitor.left_for, visitor.status) == (None, 403)
    assert "AADSTS90093: " in visitor.text


def test_an_admins_answer_can_name_another_tenant(sandbox: Sandbox, visitor: Browser) -> None:
    sandbox.fault("admin_consent.wrong_tenant", count=1)
    answer = at_admin_consent(sandbox, visitor).press("Accept").answer
    assert (answer["admin_consent"], answer["tenant"]) == ("True", FABRIKAM)
    assert tenant_wide(sandbox) == ["Calendars.Read", "Contacts.Read", "User.Read"]


@pytest.mark.parametrize(
    ("kind", "granted"),
    [("admin_consent.not_granted", []), ("admin_consent.fewer_scopes", ["Calendars.Read", "User.Read"])],
)
def test_a_report_proves_nothing(sandbox: Sandbox, visitor: Browser, kind: str, granted: list[str]) -> None:
    sandbox.fault(kind, count=1)
    answer = at_admin_consent(sandbox, visitor).press("Accept").answer
    assert (answer["admin_consent"], len(answer["scope"].split())) == ("True", 3)
    assert tenant_wide(sandbox) == granted


def test_consent_takes_its_time(sandbox: Sandbox, visitor: Browser) -> None:
    sandbox.fault("admin_consent.delayed", tenant="contoso.example", count=1, seconds=3600)
    assert at_admin_consent(sandbox, visitor).press("Accept").answer["admin_consent"] == "True"
    with Browser(sandbox.http) as somebody:
        refused = authorize(sandbox, somebody)
        assert (refused["error"], refused["suberror"], refused["error_codes"]) == (
            "invalid_grant", "consent_required", [65001],
        )  # fmt: skip
        sandbox.fault("admin_consent.delayed", count=1, seconds=0)
        visitor.open("/saml/contoso.example/logout-session")
        at_admin_consent(sandbox, visitor).press("Accept")
        assert "access_token" in authorize(sandbox, somebody)


def test_what_somebody_consented_to_themselves_needs_no_time(sandbox: Sandbox, visitor: Browser) -> None:
    with Browser(sandbox.http) as somebody:
        authorize(sandbox, somebody)
        sandbox.fault("admin_consent.delayed", count=1)
        at_admin_consent(sandbox, visitor).press("Accept")
        assert "access_token" in authorize(sandbox, somebody)


def test_a_tenants_fault_leaves_the_other_tenant_alone(sandbox: Sandbox, visitor: Browser) -> None:
    sandbox.fault("identity.not_assigned", tenant="fabrikam.example")
    assert "code" in signed_in(sandbox, visitor).answer
    sandbox.fault("identity.not_assigned", tenant="contoso.example")
    assert signed_in(sandbox, visitor).left_for is None
