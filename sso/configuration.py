"""Setting up an account's identity provider."""

from django.db import transaction

from accounts import audit
from accounts.models import Account, AuditAction, User
from sso.models import IdentityProvider
from sso.saml import IdpMetadata


@transaction.atomic
def configure(account: Account, metadata: IdpMetadata, *, actor: User | str) -> IdentityProvider:
    """Take a provider's metadata over and enable it, audited. A new entity id replaces the old provider."""
    first, *rest = metadata.certificates
    before = IdentityProvider.objects.select_for_update().filter(account=account).first()
    provider, _ = IdentityProvider.objects.update_or_create(
        account=account,
        defaults={
            "entity_id": metadata.entity_id,
            "sso_url": metadata.sso_url,
            "certificate": first,
            "next_certificate": rest[0] if rest else "",
            "is_enabled": True,
        },
    )
    audit.record(
        AuditAction.IDENTITY_PROVIDER_CONFIGURED,
        account=account,
        actor=actor,
        target=provider,
        before={"entity_id": before.entity_id} if before else {},
        after={"entity_id": provider.entity_id, "sso_url": provider.sso_url},
    )
    return provider
