"""The two sides of a conversation: an account with its key pairs, and the identity provider it talks to."""

from dataclasses import dataclass
from functools import cached_property

from accounts.models import Account
from sso.models import KeyState, ProviderSettings, ServiceProviderKey

# The next pair is published already, the previous one may still be what an identity provider encrypts for.
OTHER_STATES = (KeyState.NEXT, KeyState.PREVIOUS)


@dataclass(frozen=True)
class KeyPair:
    """A private key (PEM) and its certificate (PEM body, without the lines around it)."""

    private_key: str
    certificate: str

    def __repr__(self) -> str:
        return f"KeyPair({self.certificate[:12]}...)"  # a private key belongs in no log


@dataclass(frozen=True)
class Party:
    """An account, its identity provider's settings, and its key pairs: the current one signs, any of them decrypts."""

    vanity: str
    settings: ProviderSettings
    current_key: KeyPair | None = None
    other_keys: tuple[KeyPair, ...] = ()

    @property
    def keys(self) -> tuple[KeyPair, ...]:
        """Every key pair, the current one first."""
        return ((self.current_key,) if self.current_key else ()) + self.other_keys


class AccountParty(Party):
    """A party whose key pairs are read when they are needed: most answers are not encrypted. One query then."""

    def __init__(self, vanity: str, settings: ProviderSettings) -> None:
        # Not through Party's own, which would set the keys.
        object.__setattr__(self, "vanity", vanity)
        object.__setattr__(self, "settings", settings)

    @cached_property
    def _pairs(self) -> dict[str, KeyPair]:
        return key_pairs(self.vanity)

    @property
    def current_key(self) -> KeyPair | None:
        """The pair that signs."""
        return self._pairs.get(KeyState.CURRENT)

    @property
    def other_keys(self) -> tuple[KeyPair, ...]:
        """The pairs that only decrypt."""
        return tuple(self._pairs[state] for state in OTHER_STATES if state in self._pairs)


def party_of(account: Account, settings: ProviderSettings) -> Party:
    """The account as it talks to the identity provider of these settings (one in use, or a draft)."""
    return AccountParty(account.vanity, settings)


def key_pairs(vanity: str) -> dict[str, KeyPair]:
    """The key pairs of an account by their state. One query."""
    rows = ServiceProviderKey.objects.filter(account__vanity=vanity)
    return {row.state: KeyPair(row.private_key, row.certificate) for row in rows}
