"""The identity provider signs somebody out: their sessions end wherever they are, and nobody else's do."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from accounts.models import AuditAction, AuditEvent, User
from sso.errors import Reason
from sso.models import Binding, SamlSession, ServiceProviderKey, SignInAttempt
from tests.accounts.making_history import elements, text_of
from tests.makers import make_account, make_user
from tests.pages import Page
from tests.sso.making_keys import make_pair
from tests.sso.making_logouts import LOGOUT, SUCCESS, Idp, is_signed_in, make_browser, make_idp, sent, stranger

pytestmark = pytest.mark.django_db


def make_ana() -> User:
    """Ana at Contoso."""
    return make_user(make_account())


def assert_refused(response: Page, reason: Reason) -> None:
    """A page with a reference, and a row of the sign-in log under it."""
    assert response.status_code == 403
    row = SignInAttempt.objects.get()
    assert row.reason == reason
    assert row.reference in text_of(response)
    assert row.detail.startswith("Single logout")
    assert not AuditEvent.objects.filter(action=AuditAction.SINGLE_LOGOUT).exists()


def test_every_session_of_the_name_id_ends_without_our_cookies() -> None:
    ana = make_ana()
    idp = make_idp(ana.account)
    browsers = [make_browser(ana, f"index-{number}") for number in range(3)]
    bo = make_browser(make_user(ana.account, "bo"), name_id="id-of-bo")
    asked = idp.asks()
    answer = stranger().get(f"{LOGOUT}?{idp.query(asked, 'state of theirs')}")
    assert [is_signed_in(browser) for browser in browsers] == [False, False, False]
    assert is_signed_in(bo)
    assert answer.status_code == 302
    assert answer["Location"].startswith("https://contoso.example/slo?SAMLResponse=")
    assert "RelayState=state%20of%20theirs" in answer["Location"]
    assert "Signature=" in answer["Location"]
    said = sent(answer["Location"], "SAMLResponse")
    assert said.get("InResponseTo") == asked.get("ID")
    assert said.find(".//{*}StatusCode").get("Value") == SUCCESS
    event = AuditEvent.objects.get(action=AuditAction.SINGLE_LOGOUT)
    assert (event.target_id, event.after) == (ana.pk, {"begun_by": "identity provider", "sessions": 3})
    assert SamlSession.objects.count() == 1


def test_a_session_index_means_that_session_only() -> None:
    ana = make_ana()
    idp = make_idp(ana.account)
    first, second, unnamed = make_browser(ana, "index-1"), make_browser(ana, "index-2"), make_browser(ana, "")
    stranger().get(f"{LOGOUT}?{idp.query(idp.asks('id-of-ana', 'index-1'))}")
    assert [is_signed_in(browser) for browser in (first, second, unnamed)] == [False, True, False]


def test_by_post_the_answer_is_a_form_that_sends_itself() -> None:
    ana = make_ana()
    idp = make_idp(ana.account, offers=Binding.POST)
    browser = make_browser(ana)
    answer = stranger().post(LOGOUT, idp.form(idp.asks()))
    assert not is_signed_in(browser)
    assert answer.status_code == 200
    (form,) = elements(answer.content, "//form[@id='post-form']")
    assert (form.get("action"), form.get("method")) == ("https://contoso.example/slo", "post")
    assert [field.get("name") for field in form.xpath(".//input")] == ["SAMLResponse"]
    assert "form-action 'self' https:" in answer["Content-Security-Policy"]


def test_nobody_signed_in_is_fine_too() -> None:
    idp = make_idp(make_account())
    assert stranger().get(f"{LOGOUT}?{idp.query(idp.asks())}").status_code == 302
    assert not AuditEvent.objects.filter(action=AuditAction.SINGLE_LOGOUT).exists()


def test_without_a_key_of_ours_the_sessions_end_and_a_page_says_so() -> None:
    ana = make_ana()
    idp = make_idp(ana.account)
    ServiceProviderKey.objects.all().delete()
    browser = make_browser(ana)
    answer = stranger().get(f"{LOGOUT}?{idp.query(idp.asks())}")
    assert not is_signed_in(browser)
    assert "You are signed out" in text_of(answer)


def foreign(idp: Idp) -> Idp:
    """Somebody with another key who says they are the identity provider."""
    return Idp(idp.provider, make_pair()[0])


ELSEWHERE = "http://localhost:8000/sso/fabrikam/logout/"
HOSTILE: dict[str, tuple[Callable[[Idp], str], Reason]] = {
    "unsigned": (lambda idp: idp.query(idp.asks(), signed=False), Reason.UNSIGNED),
    "foreign": (lambda idp: foreign(idp).query(idp.asks()), Reason.BAD_SIGNATURE),
    "changed": (lambda idp: idp.query(idp.asks()) + "&RelayState=added", Reason.BAD_SIGNATURE),
    "late": (lambda idp: idp.query(idp.asks(at=datetime.now(UTC) - timedelta(hours=1))), Reason.NOT_IN_TIME),
    "early": (lambda idp: idp.query(idp.asks(at=datetime.now(UTC) + timedelta(hours=1))), Reason.NOT_IN_TIME),
    "elsewhere": (lambda idp: idp.query(idp.asks(Destination=ELSEWHERE)), Reason.WRONG_RECIPIENT),
    "nobody": (lambda idp: idp.query(idp.asks("")), Reason.NO_NAME_ID),
    "not a message": (lambda _idp: "SAMLRequest=%00%ff", Reason.UNSIGNED),
    "not deflated": (lambda _idp: "SAMLRequest=PHg%2B&SigAlg=x&Signature=eA%3D%3D", Reason.WEAK_ALGORITHM),
    "many parameters": (lambda _idp: "SAMLRequest=x" + "&a=b" * 2000, Reason.MALFORMED),
    "a response": (lambda idp: idp.query(idp.answers("_made_up")), Reason.UNKNOWN_REQUEST),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_what_cannot_be_trusted_ends_nothing(name: str) -> None:
    ana = make_ana()
    idp = make_idp(ana.account)
    browser = make_browser(ana)
    make, reason = HOSTILE[name]
    assert_refused(stranger().get(f"{LOGOUT}?{make(idp)}"), reason)
    assert is_signed_in(browser)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"SAMLRequest": "!"}, Reason.MALFORMED),
        ({"SAMLRequest": "PGE+"}, Reason.MALFORMED),
        ({"SAMLRequest": "x" * 600_000}, Reason.TOO_LARGE),
        ({"SAMLResponse": "PGE+PC9hPg=="}, Reason.UNKNOWN_REQUEST),
    ],
)
def test_nonsense_by_post_is_a_page_and_no_error(body: dict[str, str], reason: Reason) -> None:
    make_idp(make_account())
    assert_refused(stranger().post(LOGOUT, body), reason)


def test_unsigned_by_post() -> None:
    ana = make_ana()
    idp = make_idp(ana.account)
    browser = make_browser(ana)
    assert_refused(stranger().post(LOGOUT, idp.form(idp.asks(), signed=False)), Reason.UNSIGNED)
    assert is_signed_in(browser)


def test_a_request_counts_once() -> None:
    ana = make_ana()
    idp = make_idp(ana.account)
    query = idp.query(idp.asks())
    make_browser(ana)
    assert stranger().get(f"{LOGOUT}?{query}").status_code == 302
    again = make_browser(ana)
    AuditEvent.objects.filter(action=AuditAction.SINGLE_LOGOUT).update(action=AuditAction.SIGNED_IN)
    assert_refused(stranger().get(f"{LOGOUT}?{query}"), Reason.REPLAYED)
    assert is_signed_in(again)


def test_another_company_signs_nobody_of_ours_out() -> None:
    ana = make_ana()
    make_idp(ana.account)
    browser = make_browser(ana)
    fabrikam = make_idp(make_account("fabrikam"))
    SamlSession.objects.update(issuer=fabrikam.provider.entity_id)
    assert stranger().get(f"/sso/fabrikam/logout/?{fabrikam.query(fabrikam.asks())}").status_code == 302
    assert is_signed_in(browser)


def test_a_message_of_yesterday_does_not_work_today() -> None:
    ana = make_ana()
    idp = make_idp(ana.account)
    query = idp.query(idp.asks())
    with time_machine.travel(datetime.now(UTC) + timedelta(days=1)):
        assert_refused(stranger().get(f"{LOGOUT}?{query}"), Reason.NOT_IN_TIME)


def test_no_provider_in_use() -> None:
    make_idp(make_account(), is_enabled=False)
    assert_refused(stranger().get(f"{LOGOUT}?SAMLRequest=x"), Reason.NOT_CONFIGURED)


def test_companies_that_are_not_there(client: Any) -> None:
    assert client.get("/sso/nobody/logout/").status_code == 404
    assert client.get("/sso/nobody/leave/x/").status_code == 404
