"""Options of the account's single sign-on: changed one at a time, audited, and only where they differ."""

from django.http import HttpRequest

from accounts import audit
from accounts.models import AuditAction, User
from sso.models import IdentityProvider


def change(
    provider: IdentityProvider, name: str, value: str | bool, *, actor: User, request: HttpRequest | None
) -> bool:
    """Give the option (a field's name) this value; whether it had another. The account or the row is locked."""
    before = getattr(provider, name)
    if before == value:
        return False
    setattr(provider, name, value)
    provider.save(update_fields=[name])
    audit.record(
        AuditAction.SSO_OPTION_CHANGED,
        account=provider.account,
        actor=actor,
        target=provider,
        before={name: before},
        after={name: value},
        request=request,
    )
    return True
