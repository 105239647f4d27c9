"""Our client secret at Microsoft. Where it is refused, each account's admins are told once, until it is taken again.

It is the operator's to renew; nobody is disconnected for it.
"""

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Account, AuditAction
from calendar_integration import notices
from calendar_integration.models import CalendarService


@transaction.atomic
def note_refused(account: Account) -> None:
    """Microsoft refused it for this account; of all who notice, one says so."""
    if not CalendarService.objects.filter(account=account, secret_refused_at=None).update(
        secret_refused_at=timezone.now()
    ):
        return
    service = CalendarService.objects.get(account=account)
    audit.record(AuditAction.CLIENT_SECRET_REFUSED, account=account, actor=audit.WORKER, target=service)
    notices.enqueue(notices.SECRET_TASK, account.pk)


def note_taken(account_id: int) -> None:
    """Microsoft took it. The next refusal is told again, but not within a day: a new secret takes a while to spread."""
    refused = CalendarService.objects.filter(account=account_id, secret_refused_at__isnull=False)
    refused.update(secret_refused_at=None)
