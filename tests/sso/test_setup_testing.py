"""A draft is tested by a real sign-in that signs nobody in, and counts for exactly what was tested."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Account, AuditAction, AuditEvent, Role, User
from sso.errors import Reason
from sso.models import AuthnRequest, IdentityProvider, ProviderDraft, SamlIdentity, SamlSession, SignInAttempt
from tests.makers import make_account, make_user
from tests.sandbox.running import Sandbox
from tests.sso.making import (
    assert_refused,
    deliver,
    is_signed_in,
    make_answer,
    make_provider,
    post,
    resigned,
    the,
)
from tests.sso.making_setup import CERTIFICATE, RESULT, SETUP, Admin, make_admin

pytestmark = pytest.mark.django_db


@pytest.fixture
def contoso() -> Account:
    return make_account()


@pytest.fixture
def dana(contoso: Account) -> Admin:
    return make_admin(contoso)


def test_a_test_shows_what_arrived_and_how_it_maps_and_changes_nobody(dana: Admin, microsoft: Sandbox) -> None:
    dana.take(microsoft)
    arrived = dana.test(microsoft)
    assert (arrived.status_code, arrived["Location"]) == (302, RESULT)
    text = dana.page(RESULT)
    for part in ("The test succeeded", "ana@contoso.example", "Ana Lima", "displayName", "persistent", "new user"):
        assert part in text
    draft = ProviderDraft.objects.get()
    assert (draft.is_tested, draft.tested_by) == (True, str(dana.user))
    assert dana.client.get("/api/v1/me").json()["email"] == dana.user.email, "the tester stays who they are"
    assert list(User.objects.all()) == [dana.user]
    assert not SamlIdentity.objects.exists()
    assert not SamlSession.objects.exists()
    assert not IdentityProvider.objects.exists()
    assert not AuditEvent.objects.filter(action=AuditAction.SIGNED_IN).exists()


def test_a_test_is_audited_and_in_the_sign_in_log(dana: Admin, microsoft: Sandbox) -> None:
    dana.take(microsoft)
    dana.test(microsoft)
    event = AuditEvent.objects.get(action=AuditAction.DRAFT_TESTED)
    attempt = SignInAttempt.objects.get()
    assert event.after == {"succeeded": True}
    assert (attempt.is_test, attempt.reason, attempt.reference) == (True, "", event.reference)


def test_somebody_who_is_here_already_is_named(dana: Admin, microsoft: Sandbox) -> None:
    make_user(dana.user.account, "ana")
    dana.take(microsoft)
    dana.test(microsoft)
    assert "Signs in as Ana Lima, who has this address." in dana.page(RESULT)


def test_a_domain_that_is_not_proven_is_said(microsoft: Sandbox) -> None:
    dana = make_admin(make_account(proven=False))
    dana.take(microsoft)
    dana.test(microsoft)
    assert "Would be refused: contoso.example is not one of your proven domains yet" in dana.page(RESULT)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("saml.unsigned", Reason.UNSIGNED),
        ("saml.wrong_audience", Reason.WRONG_AUDIENCE),
        ("saml.expired", Reason.NOT_IN_TIME),
    ],
)
def test_why_an_answer_was_refused_is_said_in_words(
    dana: Admin, microsoft: Sandbox, fault: str, reason: Reason
) -> None:
    dana.take(microsoft)
    microsoft.fault(fault)
    posted = post(dana.begin_test(microsoft))
    assert (posted.status_code, posted["Location"]) == (302, RESULT)
    text = dana.page(RESULT)
    assert "The answer was refused" in text
    assert "What to do" in text
    assert not ProviderDraft.objects.get().is_tested
    assert SignInAttempt.objects.get(is_test=True).reason == reason
    assert AuditEvent.objects.get(action=AuditAction.DRAFT_TESTED).after == {"succeeded": False, "reason": reason}


def test_the_wrong_certificate_does_not_pass(dana: Admin, microsoft: Sandbox) -> None:
    dana.take(microsoft, certificate=CERTIFICATE)
    post(dana.begin_test(microsoft))
    assert "Signature does not fit" in dana.page(RESULT)
    assert not ProviderDraft.objects.get().is_tested


def test_an_answer_without_an_address_is_accepted_and_still_no_success(dana: Admin, microsoft: Sandbox) -> None:
    dana.take(microsoft)
    answer = dana.begin_test(microsoft)
    nameless = resigned(
        microsoft,
        answer,
        lambda root: the(root, "AttributeStatement").getparent().remove(the(root, "AttributeStatement")),
    )
    deliver(dana.client, nameless)
    assert "The answer was accepted, but nobody could sign in with it" in dana.page(RESULT)
    assert not ProviderDraft.objects.get().is_tested


def test_an_earlier_success_still_counts_after_a_failure(dana: Admin, microsoft: Sandbox) -> None:
    dana.take(microsoft)
    dana.test(microsoft)
    microsoft.fault("saml.unsigned")
    post(dana.begin_test(microsoft))
    assert "The answer was refused" in dana.page(RESULT)
    assert ProviderDraft.objects.get().is_tested


def test_a_changed_draft_has_to_be_tested_again(dana: Admin, microsoft: Sandbox) -> None:
    dana.take(microsoft)
    dana.test(microsoft)
    ProviderDraft.objects.update(allows_idp_initiated=True)
    assert not ProviderDraft.objects.get().is_tested
    assert "changed after this test" in dana.page(RESULT)
    assert "Next: test the draft" in dana.page()


@pytest.mark.parametrize("when", ["before the answer", "before the finish"])
def test_a_draft_that_changes_during_its_test_is_not_tested(dana: Admin, microsoft: Sandbox, when: str) -> None:
    dana.take(microsoft)
    answer = dana.begin_test(microsoft)
    if when == "before the answer":
        ProviderDraft.objects.update(allows_idp_initiated=True)
        post(answer)
        assert ProviderDraft.objects.get().test_result["reason"] == Reason.EXPIRED
    else:
        hop = post(answer)["Location"]
        ProviderDraft.objects.update(allows_idp_initiated=True)
        assert dana.client.get(hop).status_code == 403
    assert not ProviderDraft.objects.get().is_tested


def test_somebody_else_cannot_finish_a_test(dana: Admin, microsoft: Sandbox) -> None:
    dana.take(microsoft)
    hop = post(dana.begin_test(microsoft))["Location"]
    assert_refused(Client().get(hop), Reason.WRONG_BROWSER)
    lee = make_admin(dana.user.account, "lee", Role.ADMIN)
    lee.client.cookies["atrium_sso"] = dana.client.cookies["atrium_sso"].value
    assert lee.client.get(hop).status_code == 403
    assert not ProviderDraft.objects.get().is_tested


def test_the_answer_to_a_test_signs_nobody_in(dana: Admin, microsoft: Sandbox) -> None:
    dana.take(microsoft)
    answer = dana.begin_test(microsoft)
    dana.client.logout()
    assert deliver(dana.client, answer).status_code == 403
    assert not is_signed_in(dana.client)


def test_the_answer_to_a_test_counts_once_and_for_a_quarter_of_an_hour(dana: Admin, microsoft: Sandbox) -> None:
    dana.take(microsoft)
    answer = dana.begin_test(microsoft)
    deliver(dana.client, answer)
    post(answer)
    assert ProviderDraft.objects.get().test_result["reason"] == Reason.REPLAYED
    late = dana.begin_test(microsoft)
    AuthnRequest.objects.update(created_at=timezone.now() - timedelta(minutes=16))
    post(late)
    assert ProviderDraft.objects.get().test_result["reason"] == Reason.EXPIRED


def test_the_answer_to_a_test_of_another_company_is_unknown_here(dana: Admin, microsoft: Sandbox) -> None:
    make_provider(make_account("fabrikam"), certificate=CERTIFICATE)
    dana.take(microsoft)
    answer = dana.begin_test(microsoft)
    stranger = Client()
    refused = stranger.post("/sso/fabrikam/acs/", {"SAMLResponse": answer.message})
    assert refused.status_code == 403
    assert not ProviderDraft.objects.get().test_result


def test_sign_ins_go_on_with_what_is_in_use_while_a_draft_is_tested(dana: Admin, microsoft: Sandbox) -> None:
    dana.take(microsoft)
    dana.test(microsoft)
    dana.confirm("activate")
    dana.take(microsoft, sso_url="https://new.example/sso")
    ana = Client()
    deliver(ana, make_answer(ana, microsoft))
    assert is_signed_in(ana)
    assert dana.client.get(f"{SETUP}test/")["Location"].startswith("https://new.example/sso?")


def test_somebody_who_is_no_admin_any_more_cannot_finish_their_test(dana: Admin, microsoft: Sandbox) -> None:
    lee = make_admin(dana.user.account, "lee", Role.ADMIN)
    dana.take(microsoft)
    hop = post(lee.begin_test(microsoft))["Location"]
    User.objects.filter(pk=lee.user.pk).update(role=Role.MEMBER)
    assert lee.client.get(hop).status_code == 403
    assert not ProviderDraft.objects.get().is_tested


def test_two_tests_at_once_both_arrive(dana: Admin, microsoft: Sandbox) -> None:
    dana.take(microsoft)
    first, second = dana.begin_test(microsoft), dana.begin_test(microsoft, "Bo Lindqvist")
    deliver(dana.client, second)
    assert "bo@contoso.example" in dana.page(RESULT)
    deliver(dana.client, first)
    assert "ana@contoso.example" in dana.page(RESULT)
