"""What came of a test sign-in. A test changes nobody: it says what arrived, and what a sign-in would make of it."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.models import Account, AuditAction, Domain, Group, User
from accounts.references import new_reference
from sso import saml, sign_in_log
from sso.configuration import drafts
from sso.errors import Reason, SamlError
from sso.mapping import Outcome, reading
from sso.models import IdentityProvider, ProviderDraft, SamlIdentity, UnknownDomain


@transaction.atomic
def arrived(
    draft: ProviderDraft, digest: str, assertion: saml.Assertion, *, tester: User, request: HttpRequest
) -> None:
    """Keep a verified answer to a test of the settings with this digest. Raises SamlError where they have changed.

    The draft counts as tested where the answer also says who somebody is.
    """
    account = tester.account
    current = drafts.locked(account)
    if current is None or current.pk != draft.pk or current.settings_digest() != digest:
        raise SamlError(Reason.EXPIRED, "the draft was changed meanwhile")
    result = {"accepted": True, "reference": new_reference(), "by": str(tester), **_of_assertion(assertion)}
    refused: SamlError | None = None
    try:
        result |= _mapped(account, current, assertion)
    except SamlError as error:
        refused = error
        result |= {"reason": str(error.reason), "detail": error.detail}
    else:
        current.tested_digest, current.tested_at, current.tested_by = digest, timezone.now(), str(tester)[:200]
    _keep(current, result, actor=tester, request=request)
    _log(account, result, assertion=assertion, refused=refused, request=request)


@transaction.atomic
def refused(draft: ProviderDraft, error: SamlError, *, request: HttpRequest) -> None:
    """Keep why the answer to a test was refused. An earlier test that succeeded still counts."""
    current = drafts.locked(draft.account)
    if current is None or current.pk != draft.pk:
        return
    result = {
        "accepted": False,
        "reference": new_reference(),
        "by": "",
        "reason": str(error.reason),
        "detail": error.detail,
    }
    _keep(current, result, actor=audit.NOBODY, request=request)
    _log(draft.account, result, assertion=None, refused=error, request=request)


def _of_assertion(assertion: saml.Assertion) -> dict[str, Any]:
    return {
        "issuer": assertion.issuer,
        "name_id": assertion.name_id,
        "name_id_format": assertion.name_id_format,
        "session_index": assertion.session_index,
        "valid_until": assertion.expires_at.isoformat(),
        "attributes": sign_in_log.redacted(assertion.attributes),
    }


def _mapped(account: Account, draft: ProviderDraft, assertion: saml.Assertion) -> dict[str, Any]:
    """What a sign-in would make of it. Raises SamlError as the mapping does."""
    outcome = reading.outcome_of(account, assertion.attributes, assertion.name_id, assertion.name_id_format)
    groups = Group.objects.filter(account=account, pk__in=outcome.groups_to_have).order_by("name")
    return {
        "email": outcome.person.email,
        "name": outcome.person.name,
        "role": outcome.role or "",
        "groups": list(groups.values_list("name", flat=True)[:50]),
        "then": _then(account, draft, assertion.name_id, outcome),
    }


def _then(account: Account, draft: ProviderDraft, name_id: str, outcome: Outcome) -> str:
    """Who would be signed in, in words."""
    known = SamlIdentity.objects.select_related("user").filter(
        issuer=draft.entity_id, name_id=name_id, user__account=account
    )
    identity = known.first()
    if identity is not None:
        return f"Signs in as {identity.user}, who is known by this name ID."
    email = outcome.person.email
    person, domain = User.objects.filter(account=account, email=email).first(), email.rpartition("@")[2]
    if not Domain.objects.filter(account=account, name=domain, proven_at__isnull=False).exists():
        if person is None and _may_confirm(account):
            return f"Is asked to confirm the address by mail: {domain} is not one of your proven domains."
        return f"Would be refused: {domain} is not one of your proven domains yet. Prove it under Domains."
    if person is None:
        return f"Becomes a new user, since nobody here has the address {email}."
    if person.saml_identities.filter(issuer=draft.entity_id).exists():
        return f"Would be refused: {person} is known by another name ID already."
    return f"Signs in as {person}, who has this address."


def _may_confirm(account: Account) -> bool:
    return IdentityProvider.objects.filter(account=account, unknown_domain=UnknownDomain.CONFIRM).exists()


def _keep(draft: ProviderDraft, result: dict[str, Any], *, actor: User | str, request: HttpRequest) -> None:
    draft.test_result = {"reason": "", "at": timezone.now().isoformat(), "digest": draft.settings_digest(), **result}
    draft.save(update_fields=["test_result", "tested_digest", "tested_at", "tested_by"])
    reason = str(result.get("reason", ""))
    audit.record(
        AuditAction.DRAFT_TESTED,
        account=draft.account,
        actor=actor,
        target=draft,
        after={"succeeded": not reason, **({"reason": reason} if reason else {})},
        reason=str(result.get("detail", "")),
        reference=str(result["reference"]),
        request=request,
    )


def _log(
    account: Account,
    result: dict[str, Any],
    *,
    assertion: saml.Assertion | None,
    refused: SamlError | None,
    request: HttpRequest,
) -> None:
    sign_in_log.record(
        account,
        reference=str(result["reference"]),
        reason=str(refused.reason) if refused else "",
        detail=refused.detail if refused else "",
        assertion=assertion,
        is_test=True,
        request=request,
    )
