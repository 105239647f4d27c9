"""Finding the request that an answer belongs to."""

from accounts.models import Account
from sso.errors import Reason, SamlError
from sso.models import AuthnRequest, IdentityProvider, ProviderDraft, ProviderSettings


def asked(vanity: str, **by: str) -> AuthnRequest | None:
    """This company's request with that message id or handle: one query, unless it is the test of a draft."""
    try:
        known = AuthnRequest.objects.select_related("provider__account").get(**by)
    except AuthnRequest.DoesNotExist:
        return None
    return known if account_of(known).vanity == vanity else None


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
