"""Beginning a sign-in, or the test of a draft: a request to the identity provider, bound to the browser that asks."""

import hashlib
from datetime import timedelta

from accounts.models import Account, User
from sso import saml
from sso.errors import Reason, SamlError
from sso.models import AuthnRequest, IdentityProvider, ProviderDraft, ProviderSettings

REQUEST_LIVES = timedelta(minutes=15)


def start(provider: IdentityProvider, browser_key: str, next_path: str) -> saml.Outgoing:
    """Begin a sign-in; answers the message to leave with. Raises SamlError where it cannot be signed."""
    outgoing = _request(provider.account, provider)
    AuthnRequest.objects.create(
        provider=provider, message_id=outgoing.message_id, browser_digest=digest(browser_key), next_path=next_path
    )
    return outgoing


def start_test(draft: ProviderDraft, tester: User, browser_key: str) -> saml.Outgoing:
    """Begin a test of exactly these settings. Raises SamlError where the request cannot be signed."""
    outgoing = _request(tester.account, draft)
    AuthnRequest.objects.create(
        draft=draft,
        draft_digest=draft.settings_digest(),
        tester=tester,
        message_id=outgoing.message_id,
        browser_digest=digest(browser_key),
        next_path="/",
    )
    return outgoing


def digest(browser_key: str) -> str:
    """What is kept of a browser's key."""
    return hashlib.sha256(browser_key.encode()).hexdigest()


def _request(account: Account, settings: ProviderSettings) -> saml.Outgoing:
    try:
        return saml.authn_request(saml.party_of(account, settings))
    except saml.NoKeyError as error:
        raise SamlError(Reason.NOT_CONFIGURED, str(error)) from error
