"""Mails about what only a person can mend, each once: somebody's authorization, and our client secret."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.mailing import send_to_each
from accounts.models import Role, User
from calendar_integration import queueing
from calendar_integration.availability import availability_of
from calendar_integration.models import CalendarService, Connection, ConnectionState

REAUTHORIZE_TASK = "calendar_integration.tell_to_reauthorize"
SECRET_TASK = "calendar_integration.tell_secret_refused"  # noqa: S105 - a task's name
BETWEEN_SECRETS = timedelta(days=1)  # mails to one account about the client secret
AT_ONCE = 200  # per run of the task that finds whom nobody has told


def enqueue(task: str, row_id: int) -> None:
    """Ask for a notice about this row once the transaction under way commits."""
    transaction.on_commit(lambda: queueing.send_notice(task, row_id))


def tell_to_reauthorize(connection_id: int) -> bool:
    """Tell somebody that they have to connect again; whether a mail left us. Of two workers, one does."""
    now = timezone.now()
    waiting = Connection.objects.filter(pk=connection_id, state=ConnectionState.NEEDS_REAUTHORIZATION)
    if not waiting.filter(told_to_reauthorize_at=None, user__is_active=True).update(told_to_reauthorize_at=now):
        return False
    connection = Connection.objects.select_related("user__account").get(pk=connection_id)
    if availability_of(connection.user).obstacle:
        return False  # there is nothing they could do; once there is, the banner says it
    context = {"connection": connection, "page": settings.PORTAL_URL + reverse("profile")}
    sent = _mail("reauthorize", [connection.user.email], context)
    if not sent:  # the schedule tries again
        waiting.filter(told_to_reauthorize_at=now).update(told_to_reauthorize_at=None)
    return sent


def untold() -> list[int]:
    """The ids of connections whose people have not been told yet: the queue, or the mail server, was away."""
    waiting = Connection.objects.filter(state=ConnectionState.NEEDS_REAUTHORIZATION, told_to_reauthorize_at=None)
    return list(waiting.filter(user__is_active=True).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])


def tell_secret_refused(account_id: int) -> bool:
    """Tell the account's owners and admins, once for each refusal; whether the mails left us. One worker does."""
    now = timezone.now()
    untold = _untold_services().filter(account=account_id)
    if not untold.update(secret_told_at=now):
        return False
    service = CalendarService.objects.select_related("account").get(account=account_id)
    admins = User.objects.filter(account=account_id, is_active=True, role__in=(Role.OWNER, Role.ADMIN))
    sent = _mail("secret", list(admins.values_list("email", flat=True)), {"service": service})
    if not sent:  # the schedule tries again
        CalendarService.objects.filter(pk=service.pk, secret_told_at=now).update(secret_told_at=None)
    return sent


def accounts_untold() -> list[int]:
    """The ids of accounts whose refused secret nobody has been told of: the queue, or the mail server, was away."""
    return list(_untold_services().order_by("pk").values_list("account_id", flat=True)[:AT_ONCE])


def _untold_services() -> QuerySet[CalendarService]:
    long_ago = Q(secret_told_at=None) | Q(secret_told_at__lt=timezone.now() - BETWEEN_SECRETS)
    unknown = Q(secret_told_at=None) | Q(secret_refused_at__gt=F("secret_told_at"))
    return CalendarService.objects.filter(long_ago, unknown, secret_refused_at__isnull=False)


def _mail(name: str, addresses: Sequence[str], context: dict[str, Any]) -> bool:
    """One mail to each of them; whether that is done with, and not to be tried again."""
    subject = " ".join(render_to_string(f"calendar_integration/mail/{name}_subject.txt", context).split())
    text = render_to_string(f"calendar_integration/mail/{name}.txt", context)
    return not send_to_each(subject, text, addresses).is_worth_another_try
