"""What becomes of people of unknown domains: an option of the account's single sign-on."""

from django.db import transaction
from django.http import HttpRequest

from accounts import audit
from accounts.models import Account, AuditAction, User
from sso.models import IdentityProvider


@transaction.atomic
def choose(account: Account, choice: str, *, actor: User, request: HttpRequest) -> bool:
    """Set it, audited; whether anything changed. Raises IdentityProvider.DoesNotExist where there is none yet."""
    provider = IdentityProvider.objects.select_for_update().get(account=account)
    before = provider.unknown_domain
    if before == choice:
        return False
    provider.unknown_domain = choice
    provider.save(update_fields=["unknown_domain"])
    audit.record(
        AuditAction.SSO_OPTION_CHANGED,
        account=account,
        actor=actor,
        target=provider,
        before={"unknown_domain": before},
        after={"unknown_domain": choice},
        request=request,
    )
    return True
