"""What becomes of people of unknown domains: an option of the account's single sign-on."""

from django.db import transaction
from django.http import HttpRequest

from accounts.models import Account, User
from sso import options
from sso.models import IdentityProvider


@transaction.atomic
def choose(account: Account, choice: str, *, actor: User, request: HttpRequest) -> bool:
    """Set it, audited; whether anything changed. Raises IdentityProvider.DoesNotExist where there is none yet."""
    provider = IdentityProvider.objects.select_for_update(of=("self",)).select_related("account").get(account=account)
    return options.change(provider, "unknown_domain", choice, actor=actor, request=request)
