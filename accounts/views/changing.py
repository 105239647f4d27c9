"""Who changes whom: both as they are now, while nobody else changes people of the account."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.models import User
from accounts.permissions import may_change_person, person_of_account, require_admin
from accounts.tiered_settings import revision


def person_to_change(request: HttpRequest, user_id: int) -> tuple[User, User]:
    """The person asking and the one they may change; call it first in the transaction of the change.

    Where the request changes something, everyone else who changes people of the account waits until it has. Raises
    Http404 where the account has no such person, and PermissionDenied where they may not change them, also where they
    have lost that right since the request began.
    """
    actor = require_admin(request)
    if request.method == "POST":
        revision.lock(actor.account)
        actor.refresh_from_db(fields=["role", "is_active"])
    person = person_of_account(actor, user_id)
    if not actor.is_active or not may_change_person(actor, person):
        raise PermissionDenied
    return actor, person
