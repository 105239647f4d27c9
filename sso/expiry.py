"""Certificates that run out: which of an account's, and when its administrators are told."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from accounts.models import Account
from sso.certificate_facts import days_left, facts_of
from sso.models import IdentityProvider, KeyState, ServiceProviderKey

# Days before a certificate runs out, and one more notice once it has.
BEFORE = (60, 30, 14, 7, 1)
AFTER = -1
SHOWN_WITHIN_DAYS = 60


@dataclass(frozen=True)
class Expiring:
    """A certificate that is in use or soon will be. Times are in UTC; `days` as days_left has it."""

    name: str
    fingerprint: str
    not_after: datetime
    days: int
    is_ours: bool

    @property
    def is_over(self) -> bool:
        """Whether it has run out."""
        return self.days <= 0


def of_account(account: Account, now: datetime) -> list[Expiring]:
    """Those that run out within 60 days or have run out, the first one first: two queries."""
    provider = IdentityProvider.objects.filter(account=account, is_enabled=True).first()
    keys = ServiceProviderKey.objects.filter(account=account, state__in=(KeyState.CURRENT, KeyState.NEXT))
    return among(provider, keys.defer("private_key") if provider else [], now)


def among(provider: IdentityProvider | None, keys: Iterable[ServiceProviderKey], now: datetime) -> list[Expiring]:
    """The same, of rows that are known. Without a provider in use no certificate matters."""
    if provider is None:
        return []
    named = [*_theirs(provider), *((f"Atrium's {key.state} certificate", key.certificate, True) for key in keys)]
    found = [expiring for name, body, is_ours in named if (expiring := _expiring(name, body, is_ours, now))]
    return sorted((one for one in found if one.days <= SHOWN_WITHIN_DAYS), key=lambda one: one.not_after)


def due(days: int, told: Collection[int]) -> int | None:
    """Which notice is due with so many days left, given those that were sent; None where none is. Pure.

    Only the latest: of a certificate that is found with five days left, nobody is told three times.
    """
    reached = AFTER if days <= 0 else min((threshold for threshold in BEFORE if days <= threshold), default=None)
    if reached is None or any(known <= reached for known in told):
        return None
    return reached


def _theirs(provider: IdentityProvider) -> Iterator[tuple[str, str, bool]]:
    yield "Your identity provider's certificate", provider.certificate, False
    if provider.next_certificate:
        yield "Your identity provider's second certificate", provider.next_certificate, False


def _expiring(name: str, body: str, is_ours: bool, now: datetime) -> Expiring | None:
    facts = facts_of(body)
    if facts is None:
        return None
    return Expiring(name, facts.fingerprint, facts.not_after, days_left(facts.not_after, now), is_ours)
