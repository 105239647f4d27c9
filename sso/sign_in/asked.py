"""Finding the request that an answer belongs to."""

from typing import Any

from accounts.models import Account
from accounts.prepared import Prepared
from sso.errors import Reason, SamlError
from sso.models import AuthnRequest, IdentityProvider, ProviderDraft, ProviderSettings

REQUESTS = AuthnRequest.objects.select_related("provider__account")
FOUND = (AuthnRequest, IdentityProvider, Account)
BY_HANDLE = Prepared(lambda handle: REQUESTS.filter(handle=handle), *FOUND, handle="an example")
BY_MESSAGE_ID = Prepared(lambda message_id: REQUESTS.filter(message_id=message_id), *FOUND, message_id="an example")


def with_handle(vanity: str, handle: str) -> AuthnRequest | None:
    """This company's request whose answer waits under that handle: one query, unless it is the test of a draft."""
    return _of_company(vanity, BY_HANDLE.one(handle=handle))


def with_message_id(vanity: str, message_id: str) -> AuthnRequest | None:
    """This company's request with that message id: one query, unless it is the test of a draft."""
    return _of_company(vanity, BY_MESSAGE_ID.one(message_id=message_id))


def _of_company(vanity: str, row: tuple[Any, ...] | None) -> AuthnRequest | None:
    if row is None:
        return None
    request, provider, account = row
    if provider is not None:
        request.provider, provider.account = provider, account
    return request if account_of(request).vanity == vanity else None


def account_of(request: AuthnRequest) -> Account:
    """Whose request it is."""
    return _asker(request).account


def settings_of(request: AuthnRequest) -> ProviderSettings:
    """What an answer to this request is verified with. Raises SamlError where that is no longer what was asked."""
    if request.provider is not None:
        if not request.provider.is_enabled:
            raise SamlError(Reason.NOT_CONFIGURED)
        return request.provider
    if request.draft is None or request.draft.settings_digest() != request.draft_digest:
        raise SamlError(Reason.EXPIRED, "the draft was changed meanwhile")
    return request.draft


def provider_of(vanity: str) -> IdentityProvider | None:
    """The enabled identity provider of an account, with the account, if it has one."""
    providers = IdentityProvider.objects.select_related("account")
    return providers.filter(account__vanity=vanity, is_enabled=True).first()


def unknown(vanity: str, reason: Reason, detail: str) -> SamlError:
    """The error of an answer that nobody waits for; where nobody could have asked, it says that."""
    if provider_of(vanity) is None and not ProviderDraft.objects.filter(account__vanity=vanity).exists():
        return SamlError(Reason.NOT_CONFIGURED)
    return SamlError(reason, detail)


def _asker(request: AuthnRequest) -> IdentityProvider | ProviderDraft:
    asker = request.provider or request.draft
    assert asker is not None  # noqa: S101 - a constraint of the table says so
    return asker
