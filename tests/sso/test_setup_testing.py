"""A draft is tested by a real sign-in that signs nobody in, and counts for exactly what was tested."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Account, AuditAction, AuditEvent, Domain, Role, User
from sso.errors import Reason
from sso.models import (
    AuthnRequest,
    IdentityProvider,
    ProviderDraft,
    SamlIdentity,
    SamlSession,
    SignInAttempt,
    UnknownDomain,
)
from tests.makers import make_account, make_user
from tests.sandbox.running import Sandbox
from tests.sso.making import (
    PROTOCOL,
    Change,
    assert_refused,
    deliver,
    is_signed_in,
    make_answer,
    make_provider,
    post,
    resigned,
    set_everywhere,
    set_status,
    the,
)
from tests.sso.making_setup import CERTIFICATE, RESULT, SETUP, Admin, make_admin, typed

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


PASSED_WITH_A_WARNING = "The test passed, but this person would not get in"


def test_a_person_of_an_unknown_domain_would_not_get_in_until_it_is_proven(microsoft: Sandbox) -> None:
    dana = make_admin(make_account(proven=False))
    dana.take(microsoft)
    dana.test(microsoft)
    text = dana.page(RESULT)
    for words in (
        PASSED_WITH_A_WARNING,
        "would be refused: contoso.example is not one of your",
        "/account/sso/domains/",
    ):
        assert words in text
    assert "The test succeeded" not in text
    assert "would not get in" in dana.page()
    confirmation = dana.page(f"{SETUP}activate/")
    assert "the person of the test would not get in" in confirmation
    assert "Prove contoso.example" in confirmation
    Domain.objects.update(proven_at=timezone.now())
    assert "The test succeeded" in dana.page(RESULT)
    assert "would not get in" not in dana.page(f"{SETUP}activate/")


def test_a_warning_does_not_keep_the_draft_from_being_used(microsoft: Sandbox) -> None:
    dana = make_admin(make_account(proven=False))
    dana.take(microsoft)
    dana.test(microsoft)
    assert dana.confirm("activate").status_code == 302
    assert IdentityProvider.objects.get().is_enabled


def test_an_owner_would_not_get_in_by_what_an_admin_alone_uses(dana: Admin, microsoft: Sandbox) -> None:
    lee = make_admin(dana.user.account, "lee", Role.ADMIN)
    make_user(dana.user.account, "ana", role=Role.OWNER)
    lee.take(microsoft)
    lee.test(microsoft)
    for page in (lee.page(RESULT), lee.page(f"{SETUP}activate/")):
        assert "no owner has agreed" in page
    assert "The test succeeded" in dana.page(RESULT), "an owner who uses it agrees by that"
    lee.confirm("activate")
    shown = dana.page(RESULT)
    assert PASSED_WITH_A_WARNING in shown
    assert 'href="/account/sso/#in-use">Let owners use it</a>' in shown
    dana.client.post(f"{SETUP}vouch/")
    assert "The test succeeded" in dana.page(RESULT)


@pytest.mark.parametrize(
    ("is_active", "words", "link"),
    [
        (False, "they are deactivated here", "/users/{pk}/"),
        (True, "known by another name ID", "/account/sso/log/?email=ana%40contoso.example"),
    ],
)
def test_a_person_who_is_refused_for_themselves_is_linked_to_what_puts_it_right(
    dana: Admin, microsoft: Sandbox, is_active: bool, words: str, link: str
) -> None:
    ana = make_user(dana.user.account, is_active=is_active)
    draft = dana.take(microsoft)
    if is_active:
        SamlIdentity.objects.create(user=ana, issuer=draft.entity_id, name_id="another")
    dana.test(microsoft)
    text = dana.page(RESULT)
    assert PASSED_WITH_A_WARNING in text
    assert words in text
    assert f'href="{link.format(pk=ana.pk)}"' in text


def test_somebody_who_confirms_by_mail_first_is_said(microsoft: Sandbox) -> None:
    dana = make_admin(make_account(proven=False))
    make_provider(dana.user.account, unknown_domain=UnknownDomain.CONFIRM)
    dana.take(microsoft)
    dana.test(microsoft)
    assert "Would first have to confirm ana@contoso.example by mail" in dana.page(RESULT)


def test_the_state_of_the_test_is_never_stale(dana: Admin, microsoft: Sandbox) -> None:
    dana.take(microsoft)
    assert "Draft, not tested" in dana.page()
    microsoft.fault("saml.wrong_audience", count=1)
    post(dana.begin_test(microsoft))
    shown = dana.page()
    for words in (
        "Draft, last test refused",
        "Last test was refused",
        "Refused: meant for another application",
        RESULT,
    ):
        assert words in shown
    assert "Not tested" not in shown
    dana.test(microsoft)
    assert "Tested, not in use" in dana.page()
    dana.post(f"{SETUP}draft/", **typed())
    shown = dana.page()
    assert "Draft, changed since the last test" in shown
    assert "Next: test the draft again" in shown
    assert f"{SETUP}activate/" not in shown


def test_a_refusal_after_a_success_asks_to_test_again_and_leaves_the_choice(dana: Admin, microsoft: Sandbox) -> None:
    dana.take(microsoft)
    dana.test(microsoft)
    microsoft.fault("saml.unsigned")
    post(dana.begin_test(microsoft))
    shown = dana.page()
    for words in ("Last test was refused", "An earlier test of the same settings succeeded", "Use it all the same"):
        assert words in shown
    assert "The last test was refused: not signed" in dana.page(f"{SETUP}activate/")
    assert dana.confirm("activate").status_code == 302


def test_the_last_test_is_still_there_once_the_draft_is_in_use(dana: Admin, microsoft: Sandbox) -> None:
    dana.take(microsoft)
    dana.test(microsoft)
    reference = ProviderDraft.objects.get().test_result["reference"]
    dana.confirm("activate")
    assert f'href="{RESULT}?of=in-use"' in dana.page()
    text = dana.page(RESULT)
    assert "The test succeeded" in text
    assert reference in text
    dana.take(microsoft, allows_idp_initiated=True)
    assert reference in dana.page(f"{RESULT}?of=in-use"), "a new draft does not hide it"
    IdentityProvider.objects.update(allows_idp_initiated=True)
    assert dana.client.get(f"{RESULT}?of=in-use").status_code == 302, "it is of other settings then"


def rows(dana: Admin) -> dict[str, dict[str, Any]]:
    """What was expected and arrived in the last test, by its name."""
    return {row["what"]: row for row in ProviderDraft.objects.get(account=dana.user.account).test_result["rows"]}


def test_a_refused_test_shows_what_was_expected_beside_what_arrived(dana: Admin, microsoft: Sandbox) -> None:
    dana.take(microsoft)
    microsoft.fault("saml.wrong_audience")
    post(dana.begin_test(microsoft))
    found = rows(dana)
    assert {name for name, row in found.items() if row["fits"] is False} == {"Audience"}
    assert found["Audience"]["expected"].endswith("/sso/contoso/metadata/")
    assert found["Recipient"]["arrived"] == found["Destination"]["arrived"] == found["Recipient"]["expected"]
    text = dana.page(RESULT)
    for words in ("Expected", "Arrived", "Not verified", "Differs", found["Audience"]["arrived"]):
        assert words in text


def test_what_nobody_verified_is_not_shown_as_a_person(dana: Admin, microsoft: Sandbox) -> None:
    dana.take(microsoft, certificate=CERTIFICATE)
    post(dana.begin_test(microsoft, "Bo Lindqvist"))
    text = dana.page(RESULT)
    assert "bo@contoso.example" not in text
    assert "Bo Lindqvist" not in text
    assert rows(dana)["Signature"]["fits"] is False


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda root: root.set("Destination", "https://elsewhere.example/acs"), "Destination"),
        (lambda root: the(root, "SubjectConfirmationData").set("Recipient", "https://elsewhere.example/"), "Recipient"),
        (lambda root: the(root, "SubjectConfirmationData").set("InResponseTo", "_other"), "Request"),
        (lambda root: set_everywhere(root, "NotOnOrAfter", "2020-01-01T00:00:00Z"), "Times"),
        (lambda root: set_status(root, "Not assigned"), "Status"),
    ],
)
def test_the_row_that_differs_is_the_one_that_was_wrong(
    dana: Admin, microsoft: Sandbox, change: Change, what: str
) -> None:
    dana.take(microsoft)
    answer = dana.begin_test(microsoft)
    post(resigned(microsoft, answer, change, signed=f"{PROTOCOL}Response"))
    assert [name for name, row in rows(dana).items() if row["fits"] is False] == [what]


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


def test_an_answer_of_a_shape_that_nobody_verifies_is_shown_too(dana: Admin, microsoft: Sandbox) -> None:
    dana.take(microsoft)
    answer = dana.begin_test(microsoft)
    late = resigned(
        microsoft,
        answer,
        lambda root: set_everywhere(root, "NotOnOrAfter", "2099-01-01T00:00:00+01:00"),
        signed=f"{PROTOCOL}Response",
    )
    posted = post(late)
    assert (posted.status_code, posted["Location"]) == (302, RESULT)
    assert "Last test was refused" in dana.page()
    assert SignInAttempt.objects.get(is_test=True).reason == Reason.MALFORMED


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
    assert "The test succeeded" in dana.page(RESULT), "the Back button takes nothing away"
    assert SignInAttempt.objects.order_by("-pk")[0].reason == Reason.REPLAYED
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
