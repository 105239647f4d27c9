"""How many people of an account an identity provider would let in, and who depends on it."""

from dataclasses import dataclass

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import CharField, Count, Exists, F, Func, OuterRef, Q, Value

from accounts.models import Account, Domain, Role, User
from sso.models import SamlIdentity

OWNER = Q(role=Role.OWNER)
COMES_IN = Q(is_proven=True) | Q(is_linked=True)


@dataclass(frozen=True)
class Reach:
    """Active people. `inside` have an address in a proven domain or are known to the provider already.

    `outside` are the others, `stranded` those of them who are no owners; `linked` are known to the provider, and
    `unproven` those of them who would not be recognised by their address; `passwordless` have
    been here without a password.
    """

    everyone: int
    inside: int
    stranded: int
    owners: int
    linked: int
    unproven: int
    passwordless: int

    @property
    def outside(self) -> int:
        """Those whom the provider cannot let in as things stand."""
        return self.everyone - self.inside


def reach_of(account: Account, issuer: str) -> Reach:
    """Count them: one query."""
    domain = Func(F("email"), Value("@"), Value(2), function="split_part", output_field=CharField())
    proven = Domain.objects.filter(account=account, name=OuterRef("domain"), proven_at__isnull=False)
    linked = SamlIdentity.objects.filter(user=OuterRef("pk"), issuer=issuer)
    people = User.objects.filter(account=account, is_active=True).annotate(domain=domain)
    counts = people.annotate(is_proven=Exists(proven), is_linked=Exists(linked)).aggregate(
        everyone=Count("pk"),
        inside=Count("pk", filter=COMES_IN),
        stranded=Count("pk", filter=~COMES_IN & ~OWNER),
        owners=Count("pk", filter=OWNER),
        linked=Count("pk", filter=Q(is_linked=True)),
        unproven=Count("pk", filter=Q(is_linked=True, is_proven=False)),
        passwordless=Count("pk", filter=Q(password__startswith=UNUSABLE_PASSWORD_PREFIX, last_login__isnull=False)),
    )
    return Reach(**counts)
