"""The attempts that fit the filters."""

from django.db.models import Q, QuerySet

from accounts.models import Account
from sso.models import SignInAttempt
from sso.sign_in_log import words
from sso.sign_in_log.filters import Filters

OUTCOMES = {
    "": Q(),
    words.SIGNED_IN: Q(reason="", is_test=False),
    words.TEST_SUCCEEDED: Q(reason="", is_test=True),
    words.TESTS: Q(is_test=True),
    words.REFUSED: ~Q(reason=""),
}


def matching(account: Account, filters: Filters) -> QuerySet[SignInAttempt]:
    """Everything in the account's log that fits, with the people it was about."""
    conditions = Q(account=account) & filters.conditions()
    conditions &= OUTCOMES.get(filters.outcome, Q(reason=filters.outcome))
    if filters.email:
        conditions &= Q(email__contains=filters.email)
    return SignInAttempt.objects.filter(conditions).select_related("user")
