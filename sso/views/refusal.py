"""The page of a refused sign-in: what to do, and a reference that finds the reason in the audit log."""

import logging
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts import audit
from accounts.models import Account, AuditAction, AuditEvent
from accounts.references import new_reference
from sso import sign_in_log
from sso.errors import Reason, SamlError
from sso.saml import Assertion

logger = logging.getLogger(__name__)

MOST_PER_MINUTE = 60

# What the person can do about it. Reasons that tell a forger something share one sentence.
ADVICE = {
    Reason.NOT_CONFIGURED: "Single sign-on is not in use for this company. Sign in with e-mail and password instead.",
    Reason.IDP_REFUSED: "Your company's identity provider did not sign you in. Ask your administrator for access.",
    Reason.UNSOLICITED: "Begin the sign-in here rather than at your identity provider.",
    Reason.UNKNOWN_REQUEST: "This sign-in was not begun here, or long ago. Start again.",
    Reason.REPLAYED: "This sign-in has been used already, perhaps by the Back button. Start again.",
    Reason.EXPIRED: "This sign-in took too long. Start again.",
    Reason.NOT_IN_TIME: "Your company's sign-in took too long, or a clock is wrong. Start again.",
    Reason.WRONG_BROWSER: "The sign-in was begun in another browser, or cookies are blocked. Start again here.",
    Reason.NO_EMAIL: "Your identity provider did not send your e-mail address. Tell your administrator.",
    Reason.SEVERAL_EMAILS: "Your identity provider sent several e-mail addresses for you. Tell your administrator.",
    Reason.FOREIGN_DOMAIN: "Your e-mail address is not in one of this company's domains. Tell your administrator.",
    Reason.CONFIRM_ADDRESS: (
        "We have sent a mail to your address. Open the link in it within a day to confirm that it is yours."
    ),
    Reason.OTHER_IDENTITY: "Your identity provider knows you under a new identifier. Tell your administrator.",
    Reason.OWNER_NOT_VOUCHED: (
        "An admin has changed how your company signs in. Sign in with your password, look at it under Single Sign-On, "
        "and let owners use it."
    ),
    Reason.DEACTIVATED: "Your user is deactivated. Ask your administrator.",
}
OTHERWISE = "Atrium could not accept the answer of your company's sign-in. Start again."


def refuse(request: HttpRequest, vanity: str, error: SamlError, *, assertion: Assertion | None = None) -> HttpResponse:
    """A 403 page; the reason goes into the logs under the same reference, with the assertion where it was verified."""
    account = get_object_or_404(Account, vanity=vanity)
    reference = new_reference()
    logger.warning("sign-in at %s refused: %s, reference %s", vanity, error, reference)
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
    context = {
        "account": account,
        "advice": ADVICE.get(error.reason, OTHERWISE),
        "reference": reference,
        "is_confirming": error.reason is Reason.CONFIRM_ADDRESS,
    }
    return render(request, "sso/refused.html", context, status=403)


def is_flooded(account: Account) -> bool:
    """Whether so many were refused within a minute that the log alone keeps the next: its rows can be deleted."""
    refused = AuditEvent.objects.filter(account=account, action=AuditAction.SIGN_IN_REFUSED).order_by("-id")
    at = refused.values_list("at", flat=True)[MOST_PER_MINUTE - 1 : MOST_PER_MINUTE].first()
    return at is not None and timezone.now() - at < timedelta(minutes=1)
