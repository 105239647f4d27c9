"""Saving and discarding the draft: settings beside those in use, which count for nothing until they were tested."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from accounts import audit
from accounts.models import Account, AuditAction, User
from sso import service_provider_keys
from sso.configuration.values import audited, of_metadata, of_settings
from sso.models import IdentityProvider, ProviderDraft
from sso.saml import IdpMetadata

STALE = "Somebody changed the draft meanwhile. This is how it stands now."


class StaleDraftError(Exception):
    """Somebody changed the draft since the page was made; nothing was written."""


def draft_of(account: Account) -> ProviderDraft | None:
    """The account's draft, if there is one."""
    return ProviderDraft.objects.filter(account=account).first()


def provider_of(account: Account) -> IdentityProvider | None:
    """The account's provider, switched on or not."""
    return IdentityProvider.objects.filter(account=account).first()


def version(draft: ProviderDraft | None) -> str:
    """What a page was made with; another one later says that somebody changed the draft."""
    return draft.settings_digest() if draft else ""


@transaction.atomic
def save(
    account: Account, values: Mapping[str, Any], *, actor: User, request: HttpRequest, seen: str | None = None
) -> ProviderDraft:
    """Set these settings of the draft; others stay, or are as in use. Raises StaleDraftError where `seen` is old."""
    draft = locked(account, seen)
    before = audited(draft) if draft else {}
    if draft is None:
        provider = provider_of(account)
        draft = ProviderDraft(account=account, **(of_settings(provider) if provider else {}))
    for name, value in values.items():
        setattr(draft, name, value)
    after = audited(draft)
    if after == before:
        return draft
    draft.saved_by = str(actor)[:200]
    draft.save()
    _record(draft, actor, request, {n: v for n, v in before.items() if v != after[n]}, after, before)
    return draft


def save_metadata(account: Account, metadata: IdpMetadata, *, actor: User, request: HttpRequest) -> ProviderDraft:
    """Import metadata into the draft. What the provider wants signed is signed; other choices stay."""
    values = of_metadata(metadata)
    if metadata.wants_signed_requests:
        values["sign_requests"] = True
    return save(account, values, actor=actor, request=request)


@transaction.atomic
def discard(account: Account, *, actor: User, request: HttpRequest, seen: str) -> None:
    """Delete the draft. Raises StaleDraftError where it is not the one that was seen."""
    draft = locked(account, seen)
    if draft is None:
        return
    _record(draft, actor, request, audited(draft), {"discarded": True}, {})
    draft.delete()


def locked(account: Account, seen: str | None = None) -> ProviderDraft | None:
    """The draft, while nobody else changes it; call it in the transaction of the change. Raises StaleDraftError."""
    Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    draft = draft_of(account)
    if seen is not None and version(draft) != seen:
        raise StaleDraftError
    return draft


def provide_key(draft: ProviderDraft, *, actor: User, request: HttpRequest) -> bool:
    """Generate our key pair where the draft needs one and there is none yet; whether it did."""
    needed = bool(service_provider_keys.uses(draft))
    return needed and service_provider_keys.provide(draft.account, actor=actor, request=request)


def _record(
    draft: ProviderDraft,
    actor: User,
    request: HttpRequest,
    before: dict[str, Any],
    after: dict[str, Any],
    whole_before: dict[str, Any],
) -> None:
    changed = {name: value for name, value in after.items() if whole_before.get(name, object()) != value}
    audit.record(
        AuditAction.DRAFT_SAVED,
        account=draft.account,
        actor=actor,
        target=draft,
        before=before,
        after=changed,
        request=request,
    )
