"""Who comes from a domain."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q

from accounts.models import Domain, User
from sso.models import SamlIdentity


@dataclass(frozen=True)
class Comers:
    """How many active people have an address of the domain, and how many of them never came by single sign-on."""

    everyone: int
    new: int


def of_domain(domain: Domain) -> Comers:
    """Count them: one query."""
    known = Exists(SamlIdentity.objects.filter(user=OuterRef("pk")))
    people = User.objects.filter(account=domain.account_id, is_active=True, email__iendswith=f"@{domain.name}")
    counts = people.annotate(is_known=known).aggregate(everyone=Count("pk"), new=Count("pk", filter=Q(is_known=False)))
    return Comers(**counts)
