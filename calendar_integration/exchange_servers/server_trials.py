"""Trying an Exchange server out on somebody's behalf, no more often than anybody needs.

Everyone may choose an EWS URL for themselves, and what a server answers is told: without a bound, Atrium would be a
way to look at other people's servers from here.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Account, User
from calendar_integration import ews_url
from calendar_integration.exchange_servers import ews_probe
from calendar_integration.integration_setting import Integration, Method
from calendar_integration.models import ServerTrial

MOST_OF_A_PERSON, MOST_OF_AN_ACCOUNT, MOST_WITHIN = 20, 60, timedelta(hours=1)
KEPT = timedelta(days=1)
TOO_MANY = (
    "The server was not asked: Atrium has tried many addresses within the last hour. Wait an hour, then save again."
)


def check(url: str, user: User) -> None:
    """Ask the server at a canonical EWS URL; see ews_probe.check. Raises UnfitServerError, also where it is too often.

    It waits for the network: call it outside transactions.
    """
    _note(user, ews_url.host_of(url))
    ews_probe.check(url)


def try_value(value: object, user: User) -> None:
    """Try the server of a value of the integration setting that is about to be saved. Raises UnfitServerError."""
    integration = Integration.of(value)
    if integration.on and integration.method is Method.EWS:
        check(integration.ews_url, user)


def delete_old() -> int:
    """Delete those of more than a day ago; answers how many."""
    deleted, _ = ServerTrial.objects.filter(tried_at__lt=timezone.now() - KEPT).delete()
    return deleted


@transaction.atomic
def _note(user: User, host: str) -> None:
    """Count it, for the person and for their account, one after the other. Raises UnfitServerError."""
    Account.objects.select_for_update(no_key=True).get(pk=user.account_id)
    recent = ServerTrial.objects.filter(account=user.account_id, tried_at__gt=timezone.now() - MOST_WITHIN)
    counted = [(Q(user=user), MOST_OF_A_PERSON), (Q(), MOST_OF_AN_ACCOUNT)]
    if any(recent.filter(whose).count() >= most for whose, most in counted):
        raise ews_probe.UnfitServerError(TOO_MANY)
    ServerTrial.objects.create(account_id=user.account_id, user=user, host=host)
