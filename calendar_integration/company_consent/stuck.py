"""People who wait for an Office 365 admin: those who asked, and those whom Microsoft turned away."""

from datetime import datetime, timedelta

from django.db.models import F, Max, Q, QuerySet
from django.utils import timezone

from accounts.models import Account, User
from calendar_integration.company_consent import consent_requests
from calendar_integration.models import AuthorizationAttempt, Connection, ConnectionState, Outcome

TURNED_BACK = (Outcome.DECLINED, Outcome.EXPIRED)
LATELY = timedelta(days=7)


def people(account: Account) -> QuerySet[User]:
    """Everyone of the account who is stuck, with what they asked; the newest request first, then by name."""
    blocked = Connection.objects.filter(account=account, state=ConnectionState.BLOCKED_BY_ADMIN).values("user")
    asked = consent_requests.waiting(account).values("user")
    stuck = User.objects.filter(Q(pk__in=blocked) | Q(pk__in=asked), account=account, is_active=True)
    order = F("consent_request__asked_at").desc(nulls_last=True)
    return stuck.select_related("consent_request").order_by(order, "name", "pk")


def turned_back(account: Account) -> int:
    """How many people left Microsoft without connecting, or never came back, within a week. Microsoft says not why."""
    lately = AuthorizationAttempt.objects.filter(account=account, ended_at__gt=timezone.now() - LATELY)
    met = lately.filter(outcome__in=TURNED_BACK, user__is_active=True)
    connected = Connection.objects.with_mailbox().filter(account=account).values("user")
    return met.exclude(user__in=connected).values("user").distinct().count()


def last_tries(user_ids: list[int]) -> dict[int, datetime]:
    """When each of these people last came back from Microsoft: one query."""
    ended = AuthorizationAttempt.objects.filter(user__in=user_ids, ended_at__isnull=False)
    return dict(ended.values_list("user").annotate(at=Max("ended_at")))
