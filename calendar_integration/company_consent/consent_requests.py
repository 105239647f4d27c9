"""People who wait for an Office 365 admin: they ask, their admins are mailed, and they are told once they can go on."""

from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Greatest
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.models import Account, AuditAction, User
from calendar_integration import queueing
from calendar_integration.availability import availability_of
from calendar_integration.models import ACTIVE_STATES, CalendarService, ConsentRequest

MAIL_ADMINS_TASK = "calendar_integration.mail_admins_about_consent"
TELL_WAITING_TASK = "calendar_integration.tell_waiting_for_consent"
LONGEST_NOTE = 300


@transaction.atomic
def ask(user: User, note: str, request: HttpRequest | None = None) -> ConsentRequest:
    """Wait for an admin from now on; whoever waits already goes on doing so. Admins are mailed on commit."""
    note = " ".join(note.replace("\0", "").split())[:LONGEST_NOTE]
    rows = ConsentRequest.objects.select_for_update(of=("self",))
    asked, is_new = rows.get_or_create(
        user=user, defaults={"account": user.account, "asked_at": timezone.now(), "note": note}
    )
    if not is_new and asked.told_at is None:
        return asked
    asked.asked_at, asked.note, asked.told_at = timezone.now(), note, None
    asked.permissions = availability_of(user).permissions
    asked.save()
    audit.record(
        AuditAction.CONSENT_REQUESTED,
        account=user.account,
        actor=user,
        target=user,
        after={"permissions": asked.permissions.in_words()},
        reason=note,
        request=request,
    )
    _enqueue(MAIL_ADMINS_TASK, user.account_id)
    return asked


def waiting(account: Account | int) -> QuerySet[ConsentRequest]:
    """Those of the account who have asked and can still make use of an answer."""
    return still_waiting().filter(account=account)


def of(user: User) -> ConsentRequest | None:
    """What this person asked last."""
    return ConsentRequest.objects.filter(user=user).first()


def resume(account: Account) -> None:
    """Tell everyone who waits, once, after the transaction under way commits."""
    _enqueue(TELL_WAITING_TASK, account.pk)


def still_waiting() -> QuerySet[ConsentRequest]:
    """Of all accounts: not told yet, not connected, and still here."""
    asked = ConsentRequest.objects.filter(told_at=None, user__is_active=True)
    return asked.exclude(user__connection__state__in=ACTIVE_STATES)


def answered() -> QuerySet[ConsentRequest]:
    """Those who wait although the company has agreed for everyone since they asked."""
    services = "account__calendar_service__"
    agreed = still_waiting().filter(account__in=CalendarService.objects.agreed().values("account"))
    # The database's GREATEST passes over what is null.
    names = ("consent_reported_at", "consent_changed_at", "consent_for_everyone_at")
    moment = Greatest(*(F(f"{services}{name}") for name in names))
    return agreed.filter(asked_at__lte=moment)


def close_connected(now: datetime) -> int:
    """End the requests of people who have connected without being told; answers how many."""
    connected = ConsentRequest.objects.filter(told_at=None, user__connection__state__in=ACTIVE_STATES)
    return ConsentRequest.objects.filter(pk__in=connected.values("pk")).update(told_at=now)


def _enqueue(task: str, account_id: int) -> None:
    """Have a worker send mails once the transaction under way commits; the schedule finds what is left."""
    transaction.on_commit(lambda: queueing.send_notice(task, account_id))
