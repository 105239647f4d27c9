"""The attempts that fit the filters."""

from django.db.models import Q, QuerySet

from accounts.models import Account
from sso.models import SignInAttempt
from sso.sign_in_log.filters import REFUSED, SUCCEEDED, Filters


def matching(account: Account, filters: Filters) -> QuerySet[SignInAttempt]:
    """Everything in the account's log that fits, with the people it was about."""
    conditions = Q(account=account) & _outcome(filters.outcome)
    if filters.email:
        conditions &= Q(email__contains=filters.email)
    if filters.reference:
        conditions &= Q(reference=filters.reference)
    if filters.since:
        conditions &= Q(at__gte=filters.since)
    if filters.until:
        conditions &= Q(at__lt=filters.until)
    return SignInAttempt.objects.filter(conditions).select_related("user")


def _outcome(outcome: str) -> Q:
    if outcome == REFUSED:
        return ~Q(reason="")
    if outcome == SUCCEEDED:
        return Q(reason="")
    return Q(reason=outcome) if outcome else Q()
