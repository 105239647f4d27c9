"""What came of a test sign-in. A test changes nobody: it says what arrived, and what a sign-in would make of it."""

from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.models import Account, AuditAction, Group, User
from accounts.references import new_reference
from sso import mapping, saml, sign_in_log
from sso.configuration import comparison, drafts
from sso.configuration.comparison import Ours
from sso.configuration.prospects import provider_to_be
from sso.errors import Reason, SamlError
from sso.mapping import reading
from sso.models import ProviderDraft
from sso.who import Answer, Who, who_is

# Such an answer does not say who it is about, so that nobody at all could sign in with these settings.
UNCLEAR = (Reason.NO_EMAIL, Reason.SEVERAL_EMAILS)


@transaction.atomic
def arrived(
    draft: ProviderDraft, digest: str, assertion: saml.Assertion, *, tester: User, request: HttpRequest
) -> None:
    """Keep a verified answer to a test of the settings with this digest. Raises SamlError where they have changed.

    The draft counts as tested where the answer also says who somebody is, whether or not that person would come in.
    """
    account = tester.account
    current = drafts.locked(account)
    if current is None or current.pk != draft.pk or current.settings_digest() != digest:
        raise SamlError(Reason.EXPIRED, "the draft was changed meanwhile")
    result = {"accepted": True, "reference": new_reference(), "by": str(tester), **_of_assertion(assertion)}
    answer = Answer(assertion.attributes, assertion.name_id, assertion.name_id_format)
    who = who_is(provider_to_be(current, tester), answer, reading.names_of(account))
    refused = SamlError(who.reason, who.detail) if who.reason in UNCLEAR else None
    if refused is None:
        result |= _mapped(account, who, assertion)
        current.tested_digest, current.tested_at, current.tested_by = digest, timezone.now(), str(tester)[:200]
    _keep(current, result, refused, actor=tester, request=request)
    _log(account, result, tester=tester, assertion=assertion, refused=refused, request=request)


@transaction.atomic
def refused(draft: ProviderDraft, error: SamlError, *, tester: User | None, request: HttpRequest) -> None:
    """Keep why the answer to a test was refused, and what it said. An earlier test that succeeded still counts.

    An answer that comes again, as by the Back button, says nothing new of the settings: it is in the log only.
    """
    current = drafts.locked(draft.account)
    if current is None or current.pk != draft.pk:
        return
    if error.reason is Reason.REPLAYED:
        _log(draft.account, {"reference": new_reference()}, tester=tester, refused=error, request=request)
        return
    rows = _compared(current, error.reason, request.POST.get("SAMLResponse", ""))
    result = {"accepted": False, "reference": new_reference(), "by": str(tester or ""), "rows": rows}
    _keep(current, result, error, actor=audit.NOBODY, request=request)
    _log(draft.account, result, tester=tester, refused=error, request=request)


def _compared(draft: ProviderDraft, reason: Reason, encoded: str) -> list[dict[str, Any]]:
    """What was expected beside what arrived, as far as it could be read without believing any of it."""
    try:
        said = saml.outline_of(encoded)
    except SamlError:
        return []
    vanity = draft.account.vanity
    ours = Ours(saml.entity_id(vanity), saml.acs_url(vanity))
    return [asdict(row) for row in comparison.rows(said, draft, ours, reason, timezone.now())]


def _of_assertion(assertion: saml.Assertion) -> dict[str, Any]:
    return {
        "issuer": assertion.issuer,
        "name_id": assertion.name_id,
        "name_id_format": assertion.name_id_format,
        "session_index": assertion.session_index,
        "valid_until": assertion.expires_at.isoformat(),
        "attributes": sign_in_log.redacted(assertion.attributes),
    }


def _mapped(account: Account, who: Who, assertion: saml.Assertion) -> dict[str, Any]:
    """What a sign-in would make of it."""
    placed = mapping.placement(assertion.attributes, reading.rules_of(account))
    groups = Group.objects.filter(account=account, pk__in=placed.groups_to_have).order_by("name")
    return {
        "email": who.email,
        "name": who.name,
        "role": placed.role or "",
        "groups": list(groups.values_list("name", flat=True)[:50]),
    }


def _keep(
    draft: ProviderDraft, result: dict[str, Any], error: SamlError | None, *, actor: User | str, request: HttpRequest
) -> None:
    reason, detail = (str(error.reason), error.detail) if error else ("", "")
    known = {"at": timezone.now().isoformat(), "digest": draft.settings_digest(), "reason": reason, "detail": detail}
    draft.test_result = {**known, **result}
    draft.save(update_fields=["test_result", "tested_digest", "tested_at", "tested_by"])
    audit.record(
        AuditAction.DRAFT_TESTED,
        account=draft.account,
        actor=actor,
        target=draft,
        after={"succeeded": not reason, **({"reason": reason} if reason else {})},
        reason=detail,
        reference=str(result["reference"]),
        request=request,
    )


def _log(
    account: Account,
    result: dict[str, Any],
    *,
    tester: User | None,
    assertion: saml.Assertion | None = None,
    refused: SamlError | None,
    request: HttpRequest,
) -> None:
    sign_in_log.record(
        account,
        reference=str(result["reference"]),
        reason=str(refused.reason) if refused else "",
        detail=refused.detail if refused else "",
        user=tester,
        assertion=assertion,
        is_test=True,
        request=request,
    )
