"""Somebody comes back with a verified answer: it is used up, and their session begins."""

from dataclasses import dataclass

from django.contrib.auth import login as django_login
from django.db import transaction
from django.http import HttpRequest

from accounts import audit
from accounts.models import AuditAction, User
from accounts.references import new_reference
from accounts.requests import query_text
from accounts.signing_in import sessions
from sso import provisioning, saml, sign_in, sign_in_log, single_logout
from sso.errors import SamlError
from sso.models import AuthnRequest, IdentityProvider
from sso.views.browser import browser_keys

BACKEND = "accounts.password_sign_in.PasswordBackend"  # whose get_user loads people; no password is involved


@dataclass(frozen=True)
class Arrival:
    """What was asked, what came, and whose session has begun; nobody's yet where they are new, or it is a test."""

    pending: AuthnRequest
    assertion: saml.Assertion
    user: User | None


@dataclass(frozen=True)
class Refusal:
    """Why nobody comes in, and what came, where that was verified."""

    error: SamlError
    assertion: saml.Assertion | None


@transaction.atomic
def arrive(request: HttpRequest, vanity: str) -> Arrival | Refusal:
    """Use the waiting answer up and sign in whoever is known by it, in one transaction.

    A refusal is answered and not raised, so that what was used up stays so.
    """
    assertion = None
    try:
        pending, assertion = sign_in.finish(vanity, query_text(request, "handle"), browser_keys(request))
        if pending.provider is None:
            return Arrival(pending, assertion, None)
        user = provisioning.known(pending.provider, assertion, request)
    except SamlError as error:
        return Refusal(error, assertion)
    if user is not None:
        _begin_session(request, user, assertion, pending.provider)
    return Arrival(pending, assertion, user)


def welcome(request: HttpRequest, arrival: Arrival, provider: IdentityProvider) -> User:
    """Sign in somebody new. Raises SamlError; not in one transaction, since a mail that asks to confirm stays sent."""
    user = provisioning.newcomer(provider, arrival.assertion, request)
    with transaction.atomic():
        _begin_session(request, user, arrival.assertion, provider)
    return user


def _begin_session(request: HttpRequest, user: User, assertion: saml.Assertion, provider: IdentityProvider) -> None:
    """Sign the person in, with what single logout and both logs have to know of it; call it in a transaction."""
    sessions.say_method(request, sessions.SSO)
    django_login(request, user, backend=BACKEND)
    single_logout.remember(request, user, assertion, provider)
    reference = new_reference()
    audit.record(
        AuditAction.SIGNED_IN,
        account=user.account,
        actor=user,
        target=user,
        after={"method": "sso"},
        reference=reference,
        request=request,
    )
    sign_in_log.record(user.account, reference=reference, user=user, assertion=assertion, request=request)
    request.session.save()  # with the rows above or not at all
