"""Finishing a sign-in, in the browser that began it, and sweeping up after those that nobody finished."""

import hmac
from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from sso import saml
from sso.errors import Reason, SamlError
from sso.models import AuthnRequest, UsedAssertion
from sso.sign_in import once
from sso.sign_in.asked import settings_of, unknown, with_handle
from sso.sign_in.beginning import REQUEST_LIVES, digest

ANSWER_LIVES = timedelta(minutes=5)


def finish(vanity: str, handle: str, browser_keys: Sequence[str]) -> tuple[AuthnRequest, saml.Assertion]:
    """What was asked, and the answer. Works once, in the browser that started; raises SamlError."""
    pending = with_handle(vanity, handle)
    if pending is None or pending.answered_at is None or pending.finished_at is not None:
        raise unknown(vanity, Reason.REPLAYED, "no answer is waiting under this handle")
    if not any(key and hmac.compare_digest(pending.browser_digest, digest(key)) for key in browser_keys):
        raise SamlError(Reason.WRONG_BROWSER)
    if timezone.now() - pending.answered_at > ANSWER_LIVES:
        raise SamlError(Reason.EXPIRED, "finished too late")
    if not once.take(pending, timezone.now()):
        raise SamlError(Reason.REPLAYED, "finished before")
    assertion = saml.Assertion.from_json(pending.answer)
    if assertion.issuer != settings_of(pending).entity_id:
        raise SamlError(Reason.WRONG_ISSUER, "the identity provider was replaced meanwhile")
    return pending, assertion


def forget_leftovers() -> None:
    """Delete requests of yesterday and assertions that have expired."""
    now = timezone.now()
    unanswered = AuthnRequest.objects.filter(answered_at=None)
    unanswered.filter(created_at__lt=now - REQUEST_LIVES).delete()  # anybody can begin, so that these may be many
    AuthnRequest.objects.filter(created_at__lt=now - timedelta(days=1)).delete()
    UsedAssertion.objects.filter(expires_at__lt=now).delete()
