"""Putting a tested draft into use, and switching single sign-on off and on again."""

from django.db import transaction
from django.http import HttpRequest

from accounts import audit
from accounts.models import Account, AuditAction, Role, SettingValue, User
from accounts.setting_definitions import PASSWORD_SIGN_IN
from accounts.tiered_settings import revision
from sso import options
from sso.configuration import drafts
from sso.configuration.values import audited, of_settings
from sso.models import IdentityProvider, ProviderDraft, ProviderTest


class NotPossibleError(Exception):
    """It cannot be done as things stand; the words say why, and what to do first."""


@transaction.atomic
def activate(account: Account, *, actor: User, request: HttpRequest, seen: str) -> IdentityProvider:
    """Put the draft into use. Raises StaleDraftError where it is not the one that was seen, and NotPossibleError where
    it was not tested exactly as it stands."""
    draft = tested(drafts.locked(account, seen))
    before = IdentityProvider.objects.filter(account=account).first()
    provider, _ = IdentityProvider.objects.update_or_create(
        account=account,
        defaults={**of_settings(draft), "is_enabled": True, "owners_may_use": actor.role == Role.OWNER},
    )
    audit.record(
        AuditAction.IDENTITY_PROVIDER_CONFIGURED,
        account=account,
        actor=actor,
        target=provider,
        before=audited(before) if before else {},
        after={**audited(provider), "tested_by": draft.tested_by},
        request=request,
    )
    if before is None or not before.is_enabled:
        record_switch(provider, actor, request, is_on=True)
    ProviderTest.objects.update_or_create(provider=provider, defaults={"result": draft.test_result})
    draft.delete()
    return provider


@transaction.atomic
def vouch(account: Account, *, actor: User, request: HttpRequest) -> None:
    """Let owners sign in with the provider as it stands; the actor is an owner. Nothing happens where they may."""
    revision.lock(account, actor=actor)
    provider = IdentityProvider.objects.select_related("account").filter(account=account).first()
    if provider is not None:
        options.change(provider, "owners_may_use", True, actor=actor, request=request)


def tested(draft: ProviderDraft | None) -> ProviderDraft:
    """The draft. Raises NotPossibleError where there is none, or it was not tested exactly as it stands."""
    if draft is None:
        raise NotPossibleError("There is no draft. Take over your identity provider's details first.")
    if not draft.is_tested:
        raise NotPossibleError("The draft was not tested as it stands now. Test it first.")
    return draft


@transaction.atomic
def switch(account: Account, *, is_on: bool, actor: User, request: HttpRequest) -> None:
    """Switch single sign-on off, or on again. Raises NotPossibleError where nobody could sign in then."""
    revision.lock(account, actor=actor)
    refuse_switch(account, is_on=is_on)
    provider = IdentityProvider.objects.get(account=account)
    if provider.is_enabled == is_on:
        return
    provider.is_enabled = is_on
    provider.save(update_fields=["is_enabled"])
    record_switch(provider, actor, request, is_on=is_on)


def refuse_switch(account: Account, *, is_on: bool) -> None:
    """Raises NotPossibleError where there is nothing to switch, or people could no longer sign in."""
    if not IdentityProvider.objects.filter(account=account).exists():
        raise NotPossibleError("Single sign-on is not set up yet.")
    if is_on:
        return
    off = SettingValue.objects.filter(account=account, key=PASSWORD_SIGN_IN.key, value=False).select_related("group")
    for row in off.order_by("tier", "group__priority"):
        where = f"the group {row.group.name}" if row.group else "the account"
        raise NotPossibleError(
            f"Signing in with a password is switched off for {where}: nobody there could sign in any more. "
            "Let people use passwords again first."
        )


def record_switch(provider: IdentityProvider, actor: User, request: HttpRequest, *, is_on: bool) -> None:
    """Remember who switched it."""
    audit.record(
        AuditAction.SSO_SWITCHED,
        account=provider.account,
        actor=actor,
        target=provider,
        before={"on": not is_on},
        after={"on": is_on},
        request=request,
    )
