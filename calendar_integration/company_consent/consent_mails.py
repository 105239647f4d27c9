"""Mails about waiting for an Office 365 admin: one an hour to a company's admins, and one to each who waited.

A row is claimed before its mail is sent, so that two workers send it once; a mail server that does not take it
gives the row back, and the schedule tries again.
"""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.mailing import send_to_each
from accounts.models import Account, Role, User
from calendar_integration.company_consent import consent_requests
from calendar_integration.models import CalendarService, ConsentRequest

BETWEEN_MAILS = timedelta(hours=1)  # to the admins of one account
MOST_ADMINS = 50
NAMED = 20  # people in one mail; the page has them all
TOLD_TOGETHER = 50
UNMAILED = Q(mailed_at=None) | Q(mailed_at__lt=F("asked_at"))


def mail_admins(account_id: int) -> bool:
    """Tell the account's owners and admins who has asked since the last mail; whether one was sent."""
    claimed = _claim_for_admins(account_id)
    if not claimed:
        return False
    account = Account.objects.get(pk=account_id)
    people = list(claimed_people(claimed))
    context = {
        "account": account,
        "people": people[:NAMED],
        "more": len(people) - NAMED,
        "page": settings.PORTAL_URL + reverse("calendar_integration"),
    }
    admins = User.objects.filter(account=account, is_active=True, role__in=(Role.OWNER, Role.ADMIN))
    addresses = admins.order_by("-role", "pk").values_list("email", flat=True)[:MOST_ADMINS]
    if _sent("to_admins", context, list(addresses)):
        return True
    ConsentRequest.objects.filter(pk__in=claimed).update(mailed_at=None)
    return False


def claimed_people(claimed: Sequence[int]) -> list[ConsentRequest]:
    """The requests with who made them, the oldest first."""
    return list(ConsentRequest.objects.filter(pk__in=claimed).select_related("user").order_by("asked_at", "pk"))


def tell_waiting(account_id: int) -> int:
    """Tell those who waited that they can go on; answers how many were told."""
    told = 0
    is_reported = CalendarService.objects.filter(account=account_id, consent_reported_at__isnull=False).exists()
    while claimed := _claim_answered(account_id):
        for asked in claimed:
            context = {"account": asked.account, "asked": asked, "page": _approval_page(), "is_reported": is_reported}
            if not _sent("to_waiting", context, [asked.user.email]):
                left = [other.pk for other in claimed[claimed.index(asked) :]]
                ConsentRequest.objects.filter(pk__in=left).update(told_at=None)
                return told
            told += 1
    return told


def catch_up() -> None:
    """Send what the queue has lost, a mail server refused, or the hour between two mails held back."""
    consent_requests.close_connected(timezone.now())
    unmailed = consent_requests.still_waiting().filter(UNMAILED)
    for account_id in unmailed.order_by().values_list("account", flat=True).distinct():
        mail_admins(account_id)
    answered = consent_requests.answered()
    for account_id in answered.order_by().values_list("account", flat=True).distinct():
        tell_waiting(account_id)


@transaction.atomic
def _claim_for_admins(account_id: int) -> list[int]:
    """The requests the next mail is about, marked as mailed; none while the last mail is not an hour old."""
    now = timezone.now()
    Account.objects.select_for_update(no_key=True).get(pk=account_id)  # one worker at a time
    lately = ConsentRequest.objects.filter(account=account_id, mailed_at__gt=now - BETWEEN_MAILS)
    if lately.exists():
        return []
    claimed = list(consent_requests.waiting(account_id).filter(UNMAILED).values_list("pk", flat=True))
    ConsentRequest.objects.filter(pk__in=claimed).update(mailed_at=now)
    return claimed


@transaction.atomic
def _claim_answered(account_id: int) -> list[ConsentRequest]:
    """Some of those who can go on, marked as told."""
    answered = consent_requests.answered().filter(account=account_id).order_by("asked_at", "pk")
    rows = answered.select_for_update(of=("self",), skip_locked=True).select_related("user", "account")
    claimed = list(rows[:TOLD_TOGETHER])
    ConsentRequest.objects.filter(pk__in=[asked.pk for asked in claimed]).update(told_at=timezone.now())
    return claimed


def _approval_page() -> str:
    return settings.PORTAL_URL + reverse("office365_approval")


def _sent(name: str, context: dict[str, object], addresses: list[str]) -> bool:
    """One mail to each of them; whether that is done with, and not to be tried again."""
    subject = " ".join(render_to_string(f"calendar_integration/consent_request/{name}_subject.txt", context).split())
    text = render_to_string(f"calendar_integration/consent_request/{name}.txt", context)
    return not send_to_each(subject, text, addresses).is_worth_another_try
