"""How people stand: active, invited and not yet here, or deactivated."""

from django.db import models
from django.db.models import Q

from accounts.models import User


class Status(models.TextChoices):
    """Each person has exactly one."""

    ACTIVE = "active", "Active"
    INVITED = "invited", "Invited"
    DEACTIVATED = "deactivated", "Deactivated"


CONDITIONS = {
    Status.ACTIVE: Q(is_active=True, invited_at__isnull=True),
    Status.INVITED: Q(is_active=True, invited_at__isnull=False),
    Status.DEACTIVATED: Q(is_active=False),
}
TONES = {Status.ACTIVE: "good", Status.INVITED: "waiting", Status.DEACTIVATED: "wrong"}


def status_of(person: User) -> Status:
    """The person's status; deactivated counts before invited."""
    if not person.is_active:
        return Status.DEACTIVATED
    return Status.ACTIVE if person.invited_at is None else Status.INVITED
