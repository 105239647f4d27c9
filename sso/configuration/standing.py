"""How far single sign-on of an account is, and the one thing to do next."""

from dataclasses import dataclass
from enum import StrEnum

from accounts.models import Account
from accounts.signing_in import password_policy
from sso.configuration import drafts
from sso.models import IdentityProvider, ProviderDraft


class State(StrEnum):
    """From nothing to enforced."""

    NOT_SET_UP = "not_set_up"
    UNTESTED = "untested"
    TESTED = "tested"
    SWITCHED_OFF = "switched_off"
    IN_USE = "in_use"
    ENFORCED = "enforced"


LABELS = {
    State.NOT_SET_UP: ("Not set up", ""),
    State.UNTESTED: ("Draft, not tested", "waiting"),
    State.TESTED: ("Tested, not in use", "waiting"),
    State.SWITCHED_OFF: ("Switched off", "waiting"),
    State.IN_USE: ("In use", "good"),
    State.ENFORCED: ("In use and enforced", "good"),
}


@dataclass(frozen=True)
class Standing:
    """What is in use, the draft beside it, and whether passwords are out of use."""

    provider: IdentityProvider | None
    draft: ProviderDraft | None
    is_enforced: bool

    @property
    def state(self) -> State:
        """How far it is; what is in use counts for more than a draft."""
        if self.provider is not None and self.provider.is_enabled:
            return State.ENFORCED if self.is_enforced else State.IN_USE
        if self.draft is not None:
            return State.TESTED if self.draft.is_tested else State.UNTESTED
        return State.NOT_SET_UP if self.provider is None else State.SWITCHED_OFF

    @property
    def label(self) -> str:
        """The state in words."""
        return LABELS[self.state][0]

    @property
    def tone(self) -> str:
        """How it is coloured."""
        return LABELS[self.state][1]

    @property
    def next_step(self) -> str:
        """What to do next: take, test, activate, on, enforce, or nothing."""
        if self.draft is not None:
            return "activate" if self.draft.is_tested else "test"
        if self.provider is None:
            return "take"
        if not self.provider.is_enabled:
            return "on"
        return "" if self.is_enforced else "enforce"


def standing_of(account: Account) -> Standing:
    """How it stands now."""
    return Standing(drafts.provider_of(account), drafts.draft_of(account), password_policy.is_enforced(account))
