"""One number per account that every change of settings, memberships or priorities raises.

A confirmation carries the number its preview was made with; where it has moved on, the preview is made anew.
"""

from django.core.exceptions import PermissionDenied
from django.db.models import F

from accounts.models import Account, User


class StaleError(Exception):
    """Somebody changed settings, memberships or priorities since the preview; nothing was written."""


def lock(account: Account, *, seen: int | None = None, actor: User | str | None = None) -> int:
    """Let everyone who changes settings, groups or people of an account pass one after the other.

    Call it first in the transaction of the change. Answers the current number; raises StaleError where `seen` is
    another, and PermissionDenied where the actor was deactivated or got another role while they waited.
    """
    # No key: rows that refer to the account, such as new users, can be written meanwhile.
    accounts = Account.objects.select_for_update(no_key=True)
    current = accounts.values_list("settings_revision", flat=True).get(pk=account.pk)
    if isinstance(actor, User) and not User.objects.filter(pk=actor.pk, is_active=True, role=actor.role).exists():
        raise PermissionDenied
    if seen is not None and seen != current:
        raise StaleError
    return current


def advance(account: Account) -> None:
    """Raise the number, in the transaction of the change."""
    Account.objects.filter(pk=account.pk).update(settings_revision=F("settings_revision") + 1)
