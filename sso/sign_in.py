"""The journey of a sign-in: start, receive the answer, finish in the browser that started."""

import hashlib
import hmac
import secrets
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from sso import provisioning, saml
from sso.errors import Reason, SamlError
from sso.models import AuthnRequest, IdentityProvider, UsedAssertion

REQUEST_LIVES = timedelta(minutes=15)
ANSWER_LIVES = timedelta(minutes=5)


def provider_of(vanity: str) -> IdentityProvider | None:
    """The enabled identity provider of an account, if it has one."""
    providers = IdentityProvider.objects.select_related("account")
    return providers.filter(account__vanity=vanity, is_enabled=True).first()


def start(provider: IdentityProvider, browser_key: str, next_path: str) -> str:
    """Begin a sign-in; answers the address at the identity provider."""
    message_id, url = saml.request_url(provider)
    AuthnRequest.objects.create(
        provider=provider, message_id=message_id, browser_digest=digest(browser_key), next_path=next_path
    )
    return url


def receive(provider: IdentityProvider, encoded: str) -> str:
    """Verify an answer; answers the handle to finish it with. Raises SamlError.

    Whoever posts it is not known here: a cross-site POST brings no cookie, so that the browser is checked later.
    """
    header = saml.read_header(encoded)
    if not header.in_response_to:
        raise SamlError(Reason.UNSOLICITED)
    request = _pending(provider, header.in_response_to)
    now = timezone.now()
    assertion = saml.read_response(provider, encoded, request_id=request.message_id, now=now)
    handle = secrets.token_urlsafe(32)
    with transaction.atomic():
        _use_up(provider, assertion)
        unanswered = AuthnRequest.objects.filter(pk=request.pk, answered_at=None)
        if not unanswered.update(answered_at=now, handle=handle, answer=assertion.to_json()):
            raise SamlError(Reason.REPLAYED, "the request was answered before")
    return handle


def finish(provider: IdentityProvider, handle: str, browser_key: str, request: HttpRequest) -> tuple[User, str]:
    """Whose sign-in it is, and where they wanted to go. Works once, in the browser that started; raises SamlError."""
    pending = AuthnRequest.objects.filter(provider=provider, handle=handle, finished_at=None).first()
    if pending is None or pending.answered_at is None:
        raise SamlError(Reason.REPLAYED, "no answer is waiting under this handle")
    if not browser_key or not hmac.compare_digest(pending.browser_digest, digest(browser_key)):
        raise SamlError(Reason.WRONG_BROWSER)
    if timezone.now() - pending.answered_at > ANSWER_LIVES:
        raise SamlError(Reason.EXPIRED, "finished too late")
    if not AuthnRequest.objects.filter(pk=pending.pk, finished_at=None).update(finished_at=timezone.now(), answer={}):
        raise SamlError(Reason.REPLAYED, "finished before")
    assertion = saml.Assertion.from_json(pending.answer)
    if assertion.issuer != provider.entity_id:
        raise SamlError(Reason.WRONG_ISSUER, "the identity provider was replaced meanwhile")
    return provisioning.user_of(provider, assertion, request), pending.next_path


def forget_leftovers() -> None:
    """Delete requests of yesterday and assertions that have expired."""
    now = timezone.now()
    AuthnRequest.objects.filter(created_at__lt=now - timedelta(days=1)).delete()
    UsedAssertion.objects.filter(expires_at__lt=now).delete()


def digest(browser_key: str) -> str:
    """What is kept of a browser's key."""
    return hashlib.sha256(browser_key.encode()).hexdigest()


def _pending(provider: IdentityProvider, message_id: str) -> AuthnRequest:
    request = AuthnRequest.objects.filter(provider=provider, message_id=message_id).first()
    if request is None:
        raise SamlError(Reason.UNKNOWN_REQUEST, "no such request of ours")
    if request.answered_at is not None:
        raise SamlError(Reason.REPLAYED, "the request was answered before")
    if timezone.now() - request.created_at > REQUEST_LIVES:
        raise SamlError(Reason.EXPIRED, "the request is too old")
    return request


def _use_up(provider: IdentityProvider, assertion: saml.Assertion) -> None:
    try:
        with transaction.atomic():
            UsedAssertion.objects.create(
                issuer=provider.entity_id,
                assertion_id=assertion.assertion_id,
                expires_at=assertion.expires_at,
            )
    except IntegrityError as error:
        raise SamlError(Reason.REPLAYED, "the assertion was used before") from error
