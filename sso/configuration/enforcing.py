"""Enforcing single sign-on: the account's setting of password sign-in is off and locked. There is no second truth.

Owners keep their password for emergencies (accounts.signing_in.password_policy).
"""

from collections.abc import Mapping

from django.db import transaction
from django.http import HttpRequest

from accounts import audit
from accounts.models import Account, AuditAction, Domain, Role, User
from accounts.setting_definitions import PASSWORD_SIGN_IN
from accounts.signing_in import password_policy
from accounts.tiered_settings import revision, store
from accounts.tiered_settings.store import Action, Change
from sso.configuration.switching import NotPossibleError
from sso.models import IdentityProvider

REASON = "Single sign-on is enforced"


@transaction.atomic
def enforce(account: Account, *, actor: User, seen: int | None = None, request: HttpRequest) -> Mapping[int, str]:
    """Let nobody but owners use a password; answers what else happened to whom.

    Raises NotPossibleError where single sign-on is not in use, and StaleError where `seen` is an old revision.
    """
    revision.lock(account, seen=seen, actor=actor)
    refuse_enforce(account)
    key = PASSWORD_SIGN_IN.key
    happened = store.apply(Change(account, key, Action.SET, False, REASON), actor=actor, request=request)
    happened |= store.apply(Change(account, key, Action.LOCK, reason=REASON), actor=actor, request=request)
    _record(account, actor, request, is_enforced=True)
    return happened


@transaction.atomic
def stop(account: Account, *, actor: User, seen: int | None = None, request: HttpRequest) -> Mapping[int, str]:
    """Let people use passwords again; groups decide for themselves again. Raises as enforce does."""
    revision.lock(account, seen=seen, actor=actor)
    if not password_policy.is_enforced(account):
        raise NotPossibleError("Single sign-on is not enforced.")
    key = PASSWORD_SIGN_IN.key
    happened = store.apply(Change(account, key, Action.UNLOCK), actor=actor, request=request)
    happened |= store.apply(Change(account, key, Action.RESET), actor=actor, request=request)
    _record(account, actor, request, is_enforced=False)
    return happened


def concerned(account: Account) -> list[int]:
    """Those whose passwords it is about, by id: everyone active but owners."""
    people = User.objects.filter(account=account, is_active=True).exclude(role=Role.OWNER)
    return list(people.values_list("pk", flat=True))


def refuse_enforce(account: Account) -> None:
    """Raises NotPossibleError where single sign-on is not in use, or is enforced already."""
    if not IdentityProvider.objects.filter(account=account, is_enabled=True).exists():
        raise NotPossibleError("Single sign-on is not in use. Test a draft and put it into use first.")
    if password_policy.is_enforced(account):
        raise NotPossibleError("Single sign-on is enforced already.")
    if not Domain.objects.filter(account=account, proven_at__isnull=False).exists():
        raise NotPossibleError("Prove a domain first: without one, nobody but owners could sign in.")


def _record(account: Account, actor: User, request: HttpRequest, *, is_enforced: bool) -> None:
    audit.record(
        AuditAction.SSO_ENFORCED,
        account=account,
        actor=actor,
        target=account,
        before={"enforced": not is_enforced},
        after={"enforced": is_enforced},
        request=request,
    )
