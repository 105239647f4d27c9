"""Receiving an answer: verified and used up, it waits under a handle for the browser that asked."""

import secrets
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.paths import checked_path
from sso import saml
from sso.errors import Reason, SamlError
from sso.models import AuthnRequest, IdentityProvider, ProviderDraft
from sso.sign_in import once
from sso.sign_in.asked import account_of, provider_of, settings_of, unknown, with_message_id
from sso.sign_in.beginning import REQUEST_LIVES, digest


class TestRefusedError(SamlError):
    """The answer to a test of this draft, which this person began, was refused."""

    __test__ = False  # what begins with Test is not always one of pytest's

    def __init__(self, error: SamlError, draft: ProviderDraft, tester: User | None) -> None:
        super().__init__(error.reason, error.detail)
        self.draft, self.tester = draft, tester


@dataclass(frozen=True)
class Received:
    """A verified answer waits under this handle; `browser_key` is of an answer that nobody asked for, else empty."""

    handle: str
    browser_key: str = ""


def receive(vanity: str, encoded: str, relay_state: str = "") -> Received:
    """Verify an answer to the company of this name. Raises SamlError, and TestRefusedError where it answers a test.

    Whoever posts it is not known here: a cross-site POST brings no cookie, so that the browser is checked later.
    """
    try:
        message = saml.read_message(encoded)
    except SamlError as error:
        raise unknown(vanity, error.reason, error.detail) from error
    if not message.in_response_to:
        return _receive_unasked(provider_of(vanity), message, relay_state)
    request = with_message_id(vanity, message.in_response_to)
    if request is None:
        raise unknown(vanity, Reason.UNKNOWN_REQUEST, "no such request of ours")
    try:
        return Received(_receive(request, message))
    except SamlError as error:
        if request.draft is not None:
            raise TestRefusedError(error, request.draft, request.tester) from error
        raise


def _receive(request: AuthnRequest, message: saml.Message) -> str:
    """Keep the verified answer to a request; its handle."""
    now = timezone.now()
    if request.answered_at is not None:
        raise SamlError(Reason.REPLAYED, "the request was answered before")
    if now - request.created_at > REQUEST_LIVES:
        raise SamlError(Reason.EXPIRED, "the request is too old")
    party = saml.party_of(account_of(request), settings_of(request))
    assertion = saml.read_response(party, message, request_id=request.message_id, now=now)
    handle = secrets.token_urlsafe(32)
    if not once.answer(request, handle, assertion, now):
        raise SamlError(Reason.REPLAYED, "the assertion was used before, or the request answered meanwhile")
    return handle


def _receive_unasked(provider: IdentityProvider | None, message: saml.Message, relay_state: str) -> Received:
    """Keep a verified answer that the identity provider sent by itself, for the browser that brings it.

    Nobody began here, so no cookie can be compared: the one that is set now ties the rest of the way to one browser.
    """
    if provider is None:
        raise SamlError(Reason.NOT_CONFIGURED)
    if not provider.allows_idp_initiated:
        raise SamlError(Reason.UNSOLICITED)
    now = timezone.now()
    assertion = saml.read_response(saml.party_of(provider.account, provider), message, request_id="", now=now)
    handle, browser_key = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    with transaction.atomic():
        if not once.use(assertion):
            raise SamlError(Reason.REPLAYED, "the assertion was used before")
        AuthnRequest.objects.create(
            provider=provider,
            message_id=f"unasked-{secrets.token_urlsafe(24)}",
            browser_digest=digest(browser_key),
            next_path=checked_path(relay_state),
            answered_at=now,
            handle=handle,
            answer=assertion.to_json(),
        )
    return Received(handle, browser_key)
