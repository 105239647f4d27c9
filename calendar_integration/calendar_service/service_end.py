"""Removing the company's calendar service: a clean exit for everyone who is connected through it."""

from dataclasses import dataclass

from django.db import transaction
from django.http import HttpRequest

from accounts import audit
from accounts.models import Account, AuditAction, User
from calendar_integration.calendar_service import service_writing
from calendar_integration.company_consent import consent_links
from calendar_integration.ending import disconnecting
from calendar_integration.models import CalendarService, Connection, ConsentRequest


@dataclass(frozen=True)
class Reach:
    """Whom removing it concerns: people with a mailbox, people who wait for consent, and consent links that work."""

    connected: int
    waiting: int
    links: int


def reach_of(account: Account) -> Reach:
    """Count them: three queries."""
    return Reach(
        connected=Connection.objects.with_mailbox().filter(account=account).count(),
        waiting=ConsentRequest.objects.filter(account=account, told_at=None).count(),
        links=consent_links.usable(account).count(),
    )


@transaction.atomic
def remove(account: Account, *, actor: User, seen: str, request: HttpRequest) -> int:
    """Disconnect everyone, revoke the consent links, and delete the service; how many people were disconnected.

    What is held of the mailboxes is deleted by the worker. Requests of people who wait are kept: a new service answers
    them. Raises service_writing.StaleServiceError.
    """
    going = service_writing.locked(account, actor=actor, seen=seen)
    people = Connection.objects.with_mailbox().filter(account=account).values_list("user_id", flat=True)
    because = dict.fromkeys(people, f"{actor} removed your company's calendar service from Atrium.")
    disconnecting.disconnect(account, because, actor=actor, reason="")
    for link in consent_links.usable(account):
        consent_links.revoke(link, actor, request)
    audit.record(
        AuditAction.CALENDAR_SERVICE_REMOVED,
        account=account,
        actor=actor,
        target=going,
        before={**service_writing.audited(going), "added_by": going.added_by},
        after={"people_disconnected": len(because)},
        request=request,
    )
    CalendarService.objects.filter(pk=going.pk).delete()
    return len(because)
