"""Requests by HTTP-POST, signed requests, encrypted assertions, and what every answer leaves in the log."""

import base64
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from lxml import html

from accounts.models import AuditAction, AuditEvent
from sso.errors import Reason
from sso.models import Binding, IdentityProvider, SamlSession, ServiceProviderKey, SignInAttempt
from tests.makers import make_account
from tests.sandbox.running import Sandbox
from tests.sso.making import (
    assert_refused,
    is_signed_in,
    make_answer,
    make_company,
    make_provider,
    post,
    sign_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _contoso(microsoft: Sandbox, tmp_path: Path) -> None:
    make_company(microsoft, tmp_path)


def test_by_post_a_page_of_ours_sends_the_form_and_no_other_page_may(client: Client) -> None:
    IdentityProvider.objects.update(sso_binding=Binding.POST, sso_url="https://idp.example/sso?tenant=1")
    page = client.get("/sso/contoso/login/")
    assert page.status_code == 200
    root: Any = html.fromstring(page.content)
    (form,) = root.xpath("//form")
    assert (form.get("method"), form.get("action")) == ("post", "https://idp.example/sso?tenant=1")
    (message,) = form.xpath(".//input[@name='SAMLRequest']/@value")
    assert b"AuthnRequest" in base64.b64decode(message)
    assert form.xpath(".//button[@type='submit']"), "without scripts a button sends it"
    policy = next(part for part in page["Content-Security-Policy"].split(";") if "form-action" in part)
    assert policy.split() == ["form-action", "'self'", "https:"], "a provider may send people on to another host"
    assert "atrium_sso" in client.cookies
    assert "https:" not in client.get("/sign-in/")["Content-Security-Policy"]


def test_a_request_that_cannot_be_signed_is_refused_with_a_reference(client: Client) -> None:
    ServiceProviderKey.objects.all().delete()
    IdentityProvider.objects.update(sign_requests=True)
    assert_refused(client.get("/sso/contoso/login/"), Reason.NOT_CONFIGURED)


def test_a_signed_request_is_signed(client: Client) -> None:
    IdentityProvider.objects.update(sign_requests=True)
    assert "&Signature=" in client.get("/sso/contoso/login/")["Location"]


def test_an_assertion_that_anybody_can_read_is_refused_where_encryption_is_wanted(
    client: Client, microsoft: Sandbox
) -> None:
    IdentityProvider.objects.update(wants_encryption=True)
    assert_refused(post(make_answer(client, microsoft)), Reason.NOT_ENCRYPTED)


def test_a_sign_in_is_logged_with_the_reference_that_the_audit_log_has(client: Client, microsoft: Sandbox) -> None:
    sign_in(client, microsoft)
    attempt = SignInAttempt.objects.get()
    event = AuditEvent.objects.get(action=AuditAction.SIGNED_IN)
    assert (attempt.reason, attempt.email, attempt.reference) == ("", "ana@contoso.example", event.reference)
    assert SamlSession.objects.get().session_key == client.session.session_key


def test_a_refusal_is_logged_with_what_was_verified_of_it(client: Client, microsoft: Sandbox) -> None:
    account = IdentityProvider.objects.get().account
    account.domains.update(proven_at=None)
    refused = sign_in(client, microsoft)
    event = assert_refused(refused, Reason.FOREIGN_DOMAIN)
    attempt = SignInAttempt.objects.get()
    assert (attempt.reference, attempt.reason) == (event.reference, Reason.FOREIGN_DOMAIN)
    assert attempt.attributes["displayName"] == ["Ana Lima"]


def test_of_an_answer_that_was_not_verified_nothing_is_kept(client: Client, microsoft: Sandbox) -> None:
    microsoft.fault("saml.unsigned")
    post(make_answer(client, microsoft))
    attempt = SignInAttempt.objects.get()
    assert (attempt.reason, attempt.attributes, attempt.email) == (Reason.UNSIGNED, {}, "")


def test_people_of_an_unknown_domain_are_told_to_look_at_their_mail(client: Client, microsoft: Sandbox) -> None:
    provider = IdentityProvider.objects.get()
    provider.account.domains.update(proven_at=None)
    IdentityProvider.objects.update(unknown_domain="confirm")
    page = sign_in(client, microsoft)
    assert "confirm your address" in page.content.decode()
    assert not is_signed_in(client)


def test_one_company_does_not_answer_for_another(client: Client, microsoft: Sandbox) -> None:
    make_provider(make_account("fabrikam"))
    answer = make_answer(client, microsoft)
    refused = Client().post("/sso/fabrikam/acs/", {"SAMLResponse": answer.message})
    assert_refused(refused, Reason.UNKNOWN_REQUEST)
