"""An alarm to an account's owners and admins while mailboxes are out of date: one mail for each outbreak, for all."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Min, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse

from accounts.models import Role, User
from calendar_integration import clock, notices
from calendar_integration.health import causes
from calendar_integration.health.outbreak import is_alarm, is_over
from calendar_integration.models import ACTIVE_STATES, CalendarService, Connection, ConnectionState
from calendar_integration.sync import freshness
from calendar_integration.sync.kinds import FailureKind

GRACE = timedelta(minutes=5)  # after a mailbox counts as out of date
# What only the mailbox's owner, or nobody but its own administrator, can mend; its page says it.
THEIR_OWN = (FailureKind.AUTHORIZATION, FailureKind.ACCESS_DENIED, FailureKind.UNSUPPORTED)


@dataclass(frozen=True)
class Late:
    """How many mailboxes of an account have been out of date for too long, and the oldest good sync. In UTC."""

    stale: int
    since: datetime | None


def watch() -> int:
    """Look at every account with mailboxes out of date, and at those that were told; answers how many were told now."""
    now = clock.now()
    late = _late_by_account(now)
    raised = _raised()
    mailboxes = _mailboxes(late.keys() | raised.keys())
    alarms = {
        account
        for account in mailboxes.keys() | raised.keys()
        if is_alarm(
            late[account].stale if account in late else 0, mailboxes.get(account, 0), is_raised=account in raised
        )
    }
    _note_wellness(raised, alarms, now)
    return sum(tell(account, late[account], mailboxes[account]) for account in sorted(alarms - raised.keys()))


def _raised() -> dict[int, datetime | None]:
    """The accounts that were told of an outbreak, and since when each seems over."""
    told = CalendarService.objects.filter(stale_told_at__isnull=False)
    return dict(told.values_list("account", "stale_well_since"))


def _note_wellness(raised: Mapping[int, datetime | None], alarms: Collection[int], now: datetime) -> None:
    """Note of what was told which seems over since now, which does not after all, and which is over."""
    well = [account for account in raised if account not in alarms]
    services = CalendarService.objects.filter(stale_told_at__isnull=False)
    services.filter(account__in=alarms, stale_well_since__isnull=False).update(stale_well_since=None)
    services.filter(account__in=well, stale_well_since=None).update(stale_well_since=now)
    over = [account for account in well if is_over(raised[account], now)]
    services.filter(account__in=over).update(stale_told_at=None, stale_well_since=None)


def patience() -> timedelta:
    """How long a mailbox that is out of date has to be without a good sync before it counts for the alarm."""
    return freshness.patience() + GRACE


def tell(account_id: int, late: Late, mailboxes: int) -> bool:
    """Mail the owners and admins who have not been told of this outbreak; whether it left us. One worker does.

    Where they were mailed already that our client secret is refused, that was the mail about it.
    """
    now = clock.now()
    untold = CalendarService.objects.filter(account=account_id, stale_told_at=None).exclude(
        secret_refused_at__isnull=False, secret_told_at__isnull=False
    )
    if not untold.update(stale_told_at=now):
        return False
    service = CalendarService.objects.select_related("account").get(account=account_id)
    _pause, cause = causes.of(service.account)
    context = {
        "account": service.account,
        "stale": late.stale,
        "mailboxes": mailboxes,
        "minutes": int(patience().total_seconds()) // 60,
        "since": late.since,
        "cause": cause,
        "page": f"{settings.PORTAL_URL}{reverse('connections')}?state=stale&sort=synced",
    }
    admins = User.objects.filter(account=account_id, is_active=True, role__in=(Role.OWNER, Role.ADMIN))
    sent = notices.mail("stale", list(admins.order_by("pk").values_list("email", flat=True)), context)
    if not sent:  # the next look tries again
        CalendarService.objects.filter(pk=service.pk, stale_told_at=now).update(stale_told_at=None)
    return sent


def _late_by_account(now: datetime) -> dict[int, Late]:
    """One query, of mailboxes that are known to be out of date only."""
    too_long = freshness.silent(now - GRACE)
    stale = Connection.objects.filter(too_long, state=ConnectionState.STALE, set_aside_at=None)
    counted = _by_account(stale.exclude(failure_kind__in=THEIR_OWN)).annotate(
        number=Count("pk"), since=Min(Coalesce("last_good_sync_at", "connected_at"))
    )
    return {account: Late(number, oldest) for account, number, oldest in counted}


def _mailboxes(accounts: Collection[int]) -> dict[int, int]:
    """How many mailboxes each of these accounts has that should be up to date."""
    read = Connection.objects.filter(account__in=accounts, state__in=ACTIVE_STATES)
    return dict(_by_account(read).annotate(number=Count("pk")))


def _by_account(connections: QuerySet[Connection]) -> "QuerySet[Connection, tuple[int]]":
    return connections.order_by().values_list("account_id")
