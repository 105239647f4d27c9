"""What people have authorized: the permissions of every mailbox that is held."""

from collections.abc import Collection

from accounts.models import Account
from calendar_integration.integration_setting import Permissions
from calendar_integration.models import Connection
from calendar_integration.models.permissions import permissions_of


def permissions_by_person(account: Account, people: Collection[int] | None) -> dict[int, Permissions]:
    """Of these people of the account (None: everyone), those with a mailbox: one query."""
    held = Connection.objects.with_mailbox().filter(account=account)
    if people is not None:
        held = held.filter(user__in=people)
    columns = held.values_list("user_id", "method", "calendar_access", "contact_access", "ews_url")
    return {person: permissions_of(*authorized) for person, *authorized in columns}
