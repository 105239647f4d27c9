"""Removing the identity provider: switched off, and forgotten with everything that it said of people.

What it called them goes too. Kept, it would let whoever sets up a provider of that name later be anybody of them.
"""

from django.db import transaction
from django.http import HttpRequest

from accounts import audit
from accounts.models import Account, AuditAction, User
from accounts.tiered_settings import revision
from sso.configuration.switching import NotPossibleError, record_switch, refuse_switch
from sso.configuration.values import audited
from sso.models import IdentityConfirmation, IdentityProvider, SamlIdentity, SamlSession


class StaleProviderError(Exception):
    """Somebody changed the provider since the confirmation was made; nothing was written."""


@transaction.atomic
def remove(account: Account, *, actor: User, request: HttpRequest, seen: str) -> None:
    """Forget the provider, in use or switched off. Nobody is signed out, and users, groups and domains stay.

    Raises NotPossibleError where nobody could sign in then, and StaleProviderError where it is not the one seen.
    """
    revision.lock(account, actor=actor)
    provider = removable(account)
    if version(provider) != seen:
        raise StaleProviderError
    if provider.is_enabled:
        record_switch(provider, actor, request, is_on=False)
    audit.record(
        AuditAction.IDENTITY_PROVIDER_CONFIGURED,
        account=account,
        actor=actor,
        target=provider,
        before=audited(provider),
        after={"removed": True, "identities_forgotten": _forget_people(account, provider.entity_id)},
        request=request,
    )
    provider.delete()


def removable(account: Account) -> IdentityProvider:
    """The provider. Raises NotPossibleError where there is none, or somebody could not sign in without it."""
    refuse_switch(account, is_on=False)
    provider = IdentityProvider.objects.select_related("account").filter(account=account).first()
    if provider is None:
        raise NotPossibleError("Single sign-on is not set up.")
    return provider


def version(provider: IdentityProvider) -> str:
    """What a confirmation was made with; another one later says that somebody changed the provider."""
    return f"{provider.settings_digest()}-{'on' if provider.is_enabled else 'off'}"


def _forget_people(account: Account, issuer: str) -> int:
    """What it called them, where they signed in with it, and mails that wait for an answer; how many people it knew."""
    SamlSession.objects.filter(user__account=account, issuer=issuer).delete()
    IdentityConfirmation.objects.filter(account=account, issuer=issuer).delete()
    return SamlIdentity.objects.filter(user__account=account, issuer=issuer).delete()[0]
