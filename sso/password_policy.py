"""What single sign-on says when an account wants to do without passwords."""

from typing import Any

from accounts.models import Account
from accounts.setting_definitions import PASSWORD_SIGN_IN
from sso.models import IdentityProvider


def nothing_else_to_sign_in_with(account: Account, key: str, value: Any) -> str:
    """Obstacle: passwords stay while the account has no enabled identity provider."""
    if key != PASSWORD_SIGN_IN.key or value is not False:
        return ""
    if is_in_use(account):
        return ""
    return "Set up single sign-on first: otherwise nobody but owners could sign in."


def is_in_use(account: Account) -> bool:
    """Whether people can sign in with an identity provider."""
    return IdentityProvider.objects.filter(account=account, is_enabled=True).exists()
