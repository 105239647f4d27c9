"""The operator's way: a provider straight from its metadata, as if it had been tested."""

from django.db import transaction

from accounts import audit
from accounts.models import Account, AuditAction, User
from sso import service_provider_keys
from sso.configuration.values import audited, of_metadata
from sso.models import IdentityProvider
from sso.saml import IdpMetadata


@transaction.atomic
def configure(account: Account, metadata: IdpMetadata, *, actor: User | str) -> IdentityProvider:
    """Take a provider's metadata over and enable it, audited. A new entity id replaces the old provider."""
    before = IdentityProvider.objects.select_for_update().filter(account=account).first()
    provider, _ = IdentityProvider.objects.update_or_create(
        account=account, defaults={**of_metadata(metadata), "is_enabled": True, "owners_may_use": True}
    )
    audit.record(
        AuditAction.IDENTITY_PROVIDER_CONFIGURED,
        account=account,
        actor=actor,
        target=provider,
        before=audited(before) if before else {},
        after=audited(provider),
    )
    service_provider_keys.provide(account, actor=actor)
    return provider
