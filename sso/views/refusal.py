"""The page of a refused sign-in: what to do, and a reference that finds the reason in the audit log."""

import logging
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts import audit
from accounts.models import Account, AuditAction, AuditEvent, Role, User
from accounts.references import new_reference
from accounts.signing_in import password_policy
from sso import sign_in_log
from sso.advice import advice_for, ways_on
from sso.errors import Reason, SamlError
from sso.models import IdentityProvider
from sso.saml import Assertion
from sso.views.confirmation import ask_to_confirm

logger = logging.getLogger(__name__)

MOST_PER_MINUTE = 60


def refuse(request: HttpRequest, vanity: str, error: SamlError, *, assertion: Assertion | None = None) -> HttpResponse:
    """A 403 page; the reason goes into the logs under the same reference, with the assertion where it was verified."""
    account = get_object_or_404(Account, vanity=vanity)
    reference = new_reference()
    logger.warning("sign-in at %s refused: %s, reference %s", vanity, error, reference)
    _keep(request, account, error, reference, assertion)
    if error.reason is Reason.CONFIRM_ADDRESS and assertion is not None:
        return ask_to_confirm(request, account, assertion, reference)
    context = {
        "account": account,
        "reference": reference,
        "email": sign_in_log.email_of(assertion) if assertion else "",
        "is_admin_here": _is_admin_of(request, account),
        **_advice(account, error.reason),
    }
    return render(request, "sso/refused.html", context, status=403)


def is_flooded(account: Account) -> bool:
    """Whether so many were refused within a minute that the log alone keeps the next: its rows can be deleted."""
    refused = AuditEvent.objects.filter(account=account, action=AuditAction.SIGN_IN_REFUSED).order_by("-id")
    at = refused.values_list("at", flat=True)[MOST_PER_MINUTE - 1 : MOST_PER_MINUTE].first()
    return at is not None and timezone.now() - at < timedelta(minutes=1)


def _keep(
    request: HttpRequest, account: Account, error: SamlError, reference: str, assertion: Assertion | None
) -> None:
    if not is_flooded(account):
        audit.record(
            AuditAction.SIGN_IN_REFUSED,
            account=account,
            actor=audit.NOBODY,
            target=account,
            after={"reason": error.reason},
            reason=error.detail,
            reference=reference,
            request=request,
        )
    sign_in_log.record(
        account,
        reference=reference,
        reason=str(error.reason),
        detail=error.detail,
        assertion=assertion,
        request=request,
    )


def _advice(account: Account, reason: Reason) -> dict[str, object]:
    """What the page says and offers, as it stands in this company."""
    is_in_use = IdentityProvider.objects.filter(account=account, is_enabled=True).exists()
    is_enforced = password_policy.is_enforced(account)
    advice = advice_for(reason, is_in_use=is_in_use)
    ways = ways_on(advice, is_in_use=is_in_use, is_enforced=is_enforced)
    return {"advice": advice, "ways": ways, "is_enforced": is_enforced}


def _is_admin_of(request: HttpRequest, account: Account) -> bool:
    user = request.user
    return isinstance(user, User) and user.account_id == account.pk and user.role in (Role.OWNER, Role.ADMIN)
